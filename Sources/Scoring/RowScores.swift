import DataPrep

/// Scores that arrive in any order of the rows, returned in the rows' order: kept by ranges of rows, in memory as long
/// as they fit, then in a temporary file.
struct RowScores: Sendable {
    private let memoryLimit: Int
    private let storage: any SpillStorage
    private let form: Form
    /// Of each range, scores in words: see ``Form``.
    private var waiting: [[UInt64]] = []
    private var waitingWords = 0
    private var spilled: [[(position: Int, count: Int)]] = []
    private var current: (range: Int, scores: RangeScores)?

    /// - Parameters:
    ///   - memoryLimit: about how many bytes scores may use.
    ///   - digestedFeatures: how many features scores come with digests of; nil for none.
    init(memoryLimit: Int, storage: any SpillStorage, digestedFeatures: Int? = nil) {
        self.memoryLimit = memoryLimit
        self.storage = storage
        form = Form(digestedFeatures: digestedFeatures)
    }

    /// Takes the scores of some rows, given by number.
    mutating func add(_ scores: ScoredRows, rows: some Sequence<Int64>) throws {
        for (index, row) in rows.enumerated() {
            let range = Int(row) / form.rangeRows
            while waiting.count <= range {
                waiting.append([])
                spilled.append([])
            }
            form.append(scores, index, row: row, to: &waiting[range])
            waitingWords += form.words
            // A growing array may have twice the capacity.
            if waitingWords * 8 * 2 > memoryLimit { try spill() }
        }
    }

    private mutating func spill() throws {
        for range in waiting.indices where !waiting[range].isEmpty {
            let position = try waiting[range].withUnsafeBufferPointer { try storage.append($0) }
            spilled[range].append((position, waiting[range].count))
            waiting[range] = []
        }
        waitingWords = 0
    }

    /// The scores of some rows; reading them in order takes the memory of one range.
    mutating func scores(_ rows: Range<Int>) throws -> ScoredRows {
        var result = RangeScores(form, rowCount: 0)
        var row = rows.lowerBound
        while row < rows.upperBound {
            let range = row / form.rangeRows
            let scores: RangeScores
            if let current, current.range == range {
                scores = current.scores
            } else {
                scores = try read(range)
                current = (range, scores)
            }
            let start = range * form.rangeRows
            let end = min(rows.upperBound, start + form.rangeRows)
            result.append(scores, (row - start)..<(end - start))
            row = end
        }
        return result.rows
    }

    private mutating func read(_ range: Int) throws -> RangeScores {
        var scores = RangeScores(form, rowCount: form.rangeRows)
        guard waiting.indices.contains(range) else { return scores }
        for (position, count) in spilled[range] {
            let words = try [UInt64](unsafeUninitializedCapacity: count) { words, initialized in
                try storage.read(at: position, into: UnsafeMutableBufferPointer(rebasing: words[..<count]))
                initialized = count
            }
            scores.take(words, firstRow: range * form.rangeRows)
        }
        scores.take(waiting[range], firstRow: range * form.rangeRows)
        waiting[range] = []
        return scores
    }
}

/// How a score is written: its row's number and probability; with a digest also its hash, and the bits of eight features a word.
private struct Form: Sendable {
    let digestedFeatures: Int?
    let words: Int
    /// Rows of a range: one range at a time is in memory as scores.
    let rangeRows: Int

    init(digestedFeatures: Int?) {
        self.digestedFeatures = digestedFeatures
        words = 2 + (digestedFeatures.map { 1 + ($0 + 7) / 8 } ?? 0)
        rangeRows = digestedFeatures == nil ? 1 << 20 : 1 << 17
    }

    func append(_ scores: ScoredRows, _ index: Int, row: Int64, to words: inout [UInt64]) {
        words.append(UInt64(row))
        words.append(scores.probabilities[index].bitPattern)
        guard let digests = scores.digests else { return }
        words.append(digests.hashes[index])
        var word: UInt64 = 0
        let checks = digests.checks(index)
        for (position, check) in checks.enumerated() {
            word |= UInt64(check) << UInt64(8 * (position % 8))
            guard position % 8 == 7 || position == checks.count - 1 else { continue }
            words.append(word)
            word = 0
        }
    }
}

/// The scores of a range of rows.
private struct RangeScores: Sendable {
    private let form: Form
    private var probabilities: [Double]
    private var hashes: [UInt64]
    private var checks: [UInt8]

    /// Scores that are missing.
    init(_ form: Form, rowCount: Int) {
        self.form = form
        probabilities = [Double](repeating: .nan, count: rowCount)
        hashes = [UInt64](repeating: 0, count: form.digestedFeatures == nil ? 0 : rowCount)
        checks = [UInt8](repeating: 0, count: rowCount * (form.digestedFeatures ?? 0))
    }

    var rows: ScoredRows {
        ScoredRows(
            probabilities: probabilities,
            digests: form.digestedFeatures.map { FeatureDigests(hashes: hashes, checks: checks, featureCount: $0) })
    }

    mutating func take(_ words: [UInt64], firstRow: Int) {
        for start in stride(from: 0, to: words.count, by: form.words) {
            let row = Int(words[start]) - firstRow
            probabilities[row] = Double(bitPattern: words[start + 1])
            guard let count = form.digestedFeatures else { continue }
            hashes[row] = words[start + 2]
            for position in 0..<count {
                let word = words[start + 3 + position / 8] >> UInt64(8 * (position % 8))
                checks[row * count + position] = UInt8(truncatingIfNeeded: word)
            }
        }
    }

    mutating func append(_ other: RangeScores, _ rows: Range<Int>) {
        probabilities += other.probabilities[rows]
        guard let count = form.digestedFeatures else { return }
        hashes += other.hashes[rows]
        checks += other.checks[rows.lowerBound * count..<rows.upperBound * count]
    }
}
