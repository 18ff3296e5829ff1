import Columnar
import Essentials
import Features
import StorageIO

/// The records of a chunk of text, and where their fields are. Blank lines are skipped if records have more than one field.
struct TextRecords: ~Copyable {
    /// A record with another number of fields.
    struct Malformed {
        /// Counted from the chunk's first.
        let line: Int
        let fields: Int
    }

    private let base: UnsafePointer<UInt8>
    private let range: Range<Int>
    private let layout: TextLayout
    private let fieldCount: Int
    private let grid: FieldGrid
    private let hasQuotes: Bool
    /// Whether all records follow one another and have as many fields as expected.
    private let isRegular: Bool
    /// The index of each record's first field in the grid.
    private let firstFields: [Int32]
    /// How many fields each record has; nil if all have as many as expected.
    private let fieldCounts: [Int32]?
    let malformed: [Malformed]
    /// The line of each record, counted from the chunk's first; nil if each is a line.
    let lines: [Int32]?
    /// Physical lines in the chunk.
    let lineCount: Int

    var count: Int { firstFields.count }

    /// - Parameter keepsMalformed: Whether records with another number of fields are among the others.
    init(
        _ base: UnsafePointer<UInt8>, _ range: Range<Int>, layout: TextLayout, fieldCount: Int, keepsMalformed: Bool,
        memory: FieldGridMemory = FieldGridMemory()
    ) {
        self.base = base
        self.range = range
        self.layout = layout
        self.fieldCount = fieldCount
        let grid = FieldGrid(base, range, layout: layout, memory: memory)
        let hasQuotes = memchr(base + range.lowerBound, Int32(layout.quote), range.count) != nil
        self.hasQuotes = hasQuotes
        var firstFields: [Int32] = [], lines: [Int32] = [], counts: [Int32] = []
        var malformed: [Malformed] = []
        firstFields.reserveCapacity(grid.count / max(1, fieldCount) + 1)
        lines.reserveCapacity(firstFields.capacity)
        let hasQuotedLines = grid.quotedLineCount > 0
        var isIrregular = false, hasOtherCounts = false, isRegular = true
        var first = 0, line = 0, start = range.lowerBound
        for index in 0..<grid.count where grid.ends[index].isLineEnd {
            let end = grid.ends[index].fieldEnd
            let fields = index + 1 - first
            let lastStart = fields == 1 ? start : grid.ends[index - 1].fieldEnd + 1
            let closesWithDelimiter = fields == fieldCount + 1 && TextRecords.isBlank(base, lastStart, end)
            if fields == 1, fieldCount > 1, TextRecords.isBlank(base, start, end) {
                isIrregular = true
                isRegular = false
            } else if fields == fieldCount || closesWithDelimiter || keepsMalformed {
                firstFields.append(Int32(truncatingIfNeeded: first))
                lines.append(Int32(truncatingIfNeeded: line))
                if fields != fieldCount { isRegular = false }
                if keepsMalformed {
                    counts.append(Int32(truncatingIfNeeded: fields))
                    if fields < fieldCount { hasOtherCounts = true }
                }
            } else {
                malformed.append(Malformed(line: line, fields: fields))
                isIrregular = true
                isRegular = false
            }
            line += 1
            if hasQuotedLines {
                let more = TextRecords.lineBreaks(base, start, end)
                line += more
                isIrregular = isIrregular || more > 0
            }
            first = index + 1
            start = end + 1
        }
        self.grid = grid
        self.firstFields = firstFields
        self.isRegular = isRegular
        self.malformed = malformed
        fieldCounts = hasOtherCounts ? counts : nil
        self.lines = isIrregular ? lines : nil
        lineCount = line
    }

    func line(ofRow row: Int) -> Int { lines.map { Int($0[row]) } ?? row }

    /// Whether the whole chunk is UTF-8, and so every field.
    var isUTF8: Bool { UTF8Text.isValid(base + range.lowerBound, base + range.upperBound) }

    /// A field as the file has it; empty for none.
    func text(_ row: Int, _ field: Int?, limit: Int) -> String {
        guard let field else { return "" }
        let (begin, end) = bounds(row, field)
        return TextValue.string(base + begin, base + min(end, begin + limit))
    }

    /// A record without its end.
    func bytes(ofRow row: Int) -> UnsafeRawBufferPointer {
        let first = Int(firstFields[row])
        var last = first
        while !grid.ends[last].isLineEnd { last += 1 }
        let start = self.start(ofFieldAt: first)
        return UnsafeRawBufferPointer(start: base + start, count: grid.ends[last].fieldEnd - start)
    }

    /// Calls the body with a field of all records, without quotes.
    func withCells<Result>(_ field: Int, isUTF8: Bool, _ body: (TextCells) -> Result) -> Result {
        let count = count
        return withUnsafeTemporaryAllocation(of: Int32.self, capacity: 2 * count + 1) { bounds in
            guard let starts = bounds.baseAddress else { preconditionFailure("there is room for one number") }
            let ends = starts + count
            if isRegular, field > 0, field < fieldCount - 1 {
                // Such a field is between two delimiters.
                var end = grid.ends + field
                for row in 0..<count {
                    starts[row] = Int32(truncatingIfNeeded: end[-1].fieldEnd + 1)
                    ends[row] = Int32(truncatingIfNeeded: end[0].fieldEnd)
                    end += fieldCount
                }
            } else {
                for row in 0..<count {
                    let (begin, end) = self.bounds(row, field)
                    starts[row] = Int32(truncatingIfNeeded: begin)
                    ends[row] = Int32(truncatingIfNeeded: end)
                }
            }
            guard !hasQuotes || removeQuotes(starts, ends) else { return withUnquoted(field, isUTF8: isUTF8, body) }
            return body(TextCells(base: base, starts: starts, ends: ends, count: count, isUTF8: isUTF8))
        }
    }

    /// Moves bounds past the quotes around fields.
    /// - Returns: false if one has others inside.
    private func removeQuotes(_ starts: UnsafeMutablePointer<Int32>, _ ends: UnsafeMutablePointer<Int32>) -> Bool {
        let quote = layout.quote, mayHaveInner = grid.hasInnerQuotes
        for row in 0..<count {
            let begin = Int(starts[row]), end = Int(ends[row])
            guard end - begin >= 2, base[begin] == quote, base[end - 1] == quote else { continue }
            if mayHaveInner, memchr(base + begin + 1, Int32(quote), end - begin - 2) != nil { return false }
            starts[row] += 1
            ends[row] -= 1
        }
        return true
    }

    /// The same for a column in which two quotes stand for one.
    private func withUnquoted<Result>(_ field: Int, isUTF8: Bool, _ body: (TextCells) -> Result) -> Result {
        var bytes = [UInt8](repeating: 0, count: TextBlock.padding)
        var offsets = [Int32(bytes.count)]
        for row in 0..<count {
            let (begin, end) = bounds(row, field)
            if let content = TextValue.unquoted(base + begin, base + end, quote: layout.quote) {
                bytes += content.dropFirst(TextBlock.padding)
            } else {
                bytes += UnsafeBufferPointer(start: base + begin, count: end - begin)
            }
            offsets.append(Int32(truncatingIfNeeded: bytes.count))
        }
        return bytes.withUnsafeBufferPointer { bytes in
            offsets.withUnsafeBufferPointer { offsets in
                guard let base = bytes.baseAddress, let starts = offsets.baseAddress else {
                    preconditionFailure("both have an element")
                }
                return body(TextCells(base: base, starts: starts, ends: starts + 1, count: count, isUTF8: isUTF8))
            }
        }
    }

    @inline(__always)
    private func start(ofFieldAt index: Int) -> Int {
        index == 0 ? range.lowerBound : grid.ends[index - 1].fieldEnd + 1
    }

    /// Where a field is, quotes included; an empty range for one that the record does not have.
    @inline(__always)
    private func bounds(_ row: Int, _ field: Int) -> (begin: Int, end: Int) {
        let index = Int(firstFields[row]) + field
        if let fieldCounts, field >= Int(fieldCounts[row]) { return (range.lowerBound, range.lowerBound) }
        let begin = start(ofFieldAt: index)
        var end = grid.ends[index].fieldEnd
        if grid.ends[index].isLineEnd || field == fieldCount - 1 {
            while end > begin, base[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        }
        return (begin, end)
    }

    /// Whether there is nothing but the end of a line of Windows.
    private static func isBlank(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Bool {
        (start..<end).allSatisfy { base[$0] == UInt8(ascii: "\r") }
    }

    private static func lineBreaks(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Int {
        var count = 0
        var position = start
        while position < end, let found = memchr(base + position, Int32(UInt8(ascii: "\n")), end - position) {
            count += 1
            position = base.distance(to: UnsafePointer(found.assumingMemoryBound(to: UInt8.self))) + 1
        }
        return count
    }
}

/// As `FieldGrid` has them; calls into other modules would take longer than the work.
extension UInt32 {
    @inline(__always)
    fileprivate var fieldEnd: Int { Int(self & 0x7FFF_FFFF) }

    @inline(__always)
    fileprivate var isLineEnd: Bool { self >> 31 != 0 }
}
