import Columnar
import CStorageKernels

/// Parses blocks of records into batches of typed columns.
struct CSVBlockParser: Sendable {
    /// A column to read and the field that holds it.
    struct Target: Sendable {
        let name: String
        let type: DataType
        let field: Int
    }

    /// The rows of a block, or its first error; lines count from 0 at the block's first.
    struct Outcome: Sendable {
        let result: Result<RecordBatch, CSVError>
        let lineCount: Int
    }

    let file: String
    let schema: Schema
    let targets: [Target]
    let fieldCount: Int
    let layout: TextLayout
    let nulls: NullTexts

    func parse(_ block: TextBlock) -> Outcome {
        var lineCount = 0
        do {
            var columns = targets.map { CSVColumnBuilder($0, parser: self) }
            try block.forEachChunk { base, range throws(CSVError) in
                let rows = try CSVRows(base, range, fieldCount: fieldCount, layout: layout, file: file, line: lineCount)
                for index in columns.indices { try columns[index].append(rows) }
                lineCount += rows.lineCount
            }
            do {
                let batch = try RecordBatch(schema: schema, columns: columns.map { try $0.finish() })
                return Outcome(result: .success(batch), lineCount: lineCount)
            } catch {
                preconditionFailure("columns are built by the schema: \(error)")
            }
        } catch {
            return Outcome(result: .failure(error), lineCount: lineCount)
        }
    }
}

/// The records of a chunk of text, all with the same number of fields, not counting an empty one after the last; blank
/// lines are skipped if records have more than one field.
struct CSVRows: ~Copyable {
    let base: UnsafePointer<UInt8>
    let fieldCount: Int
    let firstLine: Int
    private let layout: TextLayout
    private let range: Range<Int>
    private let grid: FieldGrid
    /// The index of each record's first field in the grid.
    private let firstFields: [Int32]

    var count: Int { firstFields.count }

    init(
        _ base: UnsafePointer<UInt8>, _ range: Range<Int>, fieldCount: Int, layout: TextLayout, file: String, line: Int
    ) throws(CSVError) {
        self.base = base
        self.range = range
        self.fieldCount = fieldCount
        self.layout = layout
        firstLine = line
        let grid = FieldGrid(base, range, layout: layout)
        var firstFields: [Int32] = []
        firstFields.reserveCapacity(grid.count / max(1, fieldCount) + 1)
        var first = 0
        var failure: (position: Int, count: Int)?
        for index in 0..<grid.count where FieldGrid.isLineEnd(grid.ends[index]) {
            let fields = index + 1 - first
            if fields == fieldCount {
                firstFields.append(Int32(first))
            } else {
                let start = first == 0 ? range.lowerBound : FieldGrid.position(grid.ends[first - 1]) + 1
                let lastStart = fields == 1 ? start : FieldGrid.position(grid.ends[index - 1]) + 1
                let isLastEmpty = (lastStart..<FieldGrid.position(grid.ends[index])).allSatisfy {
                    base[$0] == UInt8(ascii: "\r")
                }
                if isLastEmpty, fields == fieldCount + 1 {
                    // Some programs close each line with a delimiter.
                    firstFields.append(Int32(first))
                } else if !(isLastEmpty && fields == 1) {
                    failure = (start, fields)
                    break
                }
            }
            first = index + 1
        }
        self.grid = grid
        self.firstFields = firstFields
        if let failure {
            throw .wrongFieldCount(
                file: file, line: line + lineNumber(at: failure.position), expected: fieldCount, actual: failure.count)
        }
    }

    /// Physical lines in the chunk.
    var lineCount: Int { lineNumber(at: range.upperBound) }

    /// Line breaks before a position.
    func lineNumber(at position: Int) -> Int {
        var lines = 0
        for index in range.lowerBound..<position where base[index] == UInt8(ascii: "\n") { lines += 1 }
        return lines
    }

    /// The bytes of a field, quotes included.
    @inline(__always)
    func field(_ row: Int, _ field: Int) -> (begin: UnsafePointer<UInt8>, end: UnsafePointer<UInt8>) {
        let index = Int(firstFields[row]) + field
        let start = index == 0 ? range.lowerBound : FieldGrid.position(grid.ends[index - 1]) + 1
        var end = FieldGrid.position(grid.ends[index])
        if field == fieldCount - 1 { while end > start, base[end - 1] == UInt8(ascii: "\r") { end -= 1 } }
        return (base + start, base + end)
    }
}
