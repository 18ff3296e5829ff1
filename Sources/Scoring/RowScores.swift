import DataPrep

/// Scores that arrive in any order of the rows, returned in the rows' order: kept by ranges of rows, in memory as long
/// as they fit, then in a temporary file.
struct RowScores: Sendable {
    /// Rows of a range.
    private static let rangeRows = 1 << 20
    private static let wordsPerScore = 2

    private let memoryLimit: Int
    private let storage: any SpillStorage
    /// Of each range: row number and probability, in turn.
    private var waiting: [[UInt64]] = []
    private var waitingWords = 0
    private var spilled: [[(position: Int, count: Int)]] = []
    private var current: (range: Int, probabilities: [Double]) = (-1, [])

    /// - Parameter memoryLimit: about how many bytes scores may use.
    init(memoryLimit: Int, storage: any SpillStorage) {
        self.memoryLimit = memoryLimit
        self.storage = storage
    }

    /// Takes a row's probability of fraud; NaN for none.
    mutating func add(_ probability: Double, row: Int64) throws {
        let range = Int(row) / RowScores.rangeRows
        while waiting.count <= range {
            waiting.append([])
            spilled.append([])
        }
        waiting[range].append(UInt64(row))
        waiting[range].append(probability.bitPattern)
        waitingWords += RowScores.wordsPerScore
        // A growing array may have twice the capacity.
        if waitingWords * 8 * 2 > memoryLimit { try spill() }
    }

    private mutating func spill() throws {
        for range in waiting.indices where !waiting[range].isEmpty {
            let position = try waiting[range].withUnsafeBufferPointer { try storage.append($0) }
            spilled[range].append((position, waiting[range].count))
            waiting[range] = []
        }
        waitingWords = 0
    }

    /// The probabilities of some rows; reading them in order takes the memory of one range.
    mutating func probabilities(_ rows: Range<Int>) throws -> [Double] {
        var result: [Double] = []
        result.reserveCapacity(rows.count)
        var row = rows.lowerBound
        while row < rows.upperBound {
            let range = row / RowScores.rangeRows
            if current.range != range { current = (range, try read(range)) }
            let start = range * RowScores.rangeRows
            let end = min(rows.upperBound, start + RowScores.rangeRows)
            result += current.probabilities[(row - start)..<(end - start)]
            row = end
        }
        return result
    }

    private mutating func read(_ range: Int) throws -> [Double] {
        var probabilities = [Double](repeating: .nan, count: RowScores.rangeRows)
        guard waiting.indices.contains(range) else { return probabilities }
        func location(_ words: [UInt64]) {
            for index in stride(from: 0, to: words.count, by: RowScores.wordsPerScore) {
                let row = Int(words[index]) - range * RowScores.rangeRows
                probabilities[row] = Double(bitPattern: words[index + 1])
            }
        }
        for (position, count) in spilled[range] {
            location(
                try [UInt64](unsafeUninitializedCapacity: count) { words, initialized in
                    try storage.read(at: position, into: UnsafeMutableBufferPointer(rebasing: words[..<count]))
                    initialized = count
                })
        }
        location(waiting[range])
        waiting[range] = []
        return probabilities
    }
}
