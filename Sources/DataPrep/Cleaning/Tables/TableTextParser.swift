import Columnar
import Essentials
import Features
import StorageIO

/// Parses blocks of delimited text into the columns of a ``TableLayout``.
///
/// Fields are found for all rows, then each column is read from its fields: no text is copied before it is known to be text.
struct TableTextParser: Sendable {
    private let text: TextLayout
    private let fieldCount: Int
    /// For each column of the output the field that it is read from, and how.
    private let columns: [(field: Int?, reader: ColumnReader)]
    private let memories: ParsingMemories
    /// For each column of the output its coder.
    private let coders: [Int?]

    init(layout: TableLayout, input: TableInput, text: TextLayout, memories: ParsingMemories) {
        self.text = text
        self.memories = memories
        coders = layout.output.fields.indices.map { memories.columns.firstIndex(of: $0) }
        fieldCount = input.table.count
        let others = layout.output.fields.dropFirst(layout.readers.count).map { field in
            // Texts only: the columns beside the schema are as they are in the file.
            ColumnReader(SchemaColumn(field.name, .text, role: .ignored), missingMarkers: [])
        }
        columns = zip(input.positions, layout.readers + others).map { ($0, $1) }
    }

    func read(
        _ block: TextBlock, tally: inout RuleTally, malformed rule: Int?,
        _ body: (TableRows, _ text: (_ row: Int, _ column: Int) -> String, inout RuleTally) throws -> Void
    ) throws -> Int {
        var lineCount = 0
        var memory = memories.take()
        defer { memories.giveBack(memory) }
        try block.forEachChunk { base, range in
            let records = TextRecords(
                base, range, layout: text, fieldCount: fieldCount, keepsMalformed: rule == nil, memory: memory.grid)
            tally.rowsRead += records.count
            if let rule {
                for malformed in records.malformed {
                    tally.rowsRead += 1
                    let line = lineCount + malformed.line
                    tally.reject(rule, column: nil, label: nil, line: line)
                    guard tally.wantsSample(rule) else { continue }
                    let value = "\(malformed.fields) fields, expected \(fieldCount)"
                    tally.add(sample: RejectedRow(input: "", line: line, column: nil, value: value), for: rule)
                }
            }
            let rows = self.rows(records, firstLine: lineCount, &memory)
            try body(
                rows, { row, column in records.text(row, columns[column].field, limit: RejectedRow.valueLimit) }, &tally
            )
            lineCount += records.lineCount
        }
        return lineCount
    }

    /// The records that begin in these lines.
    func texts(ofLines lines: [Int], in block: TextBlock, limit: Int) -> [String] {
        var texts: [String] = []
        var firstLine = 0
        block.forEachChunk { base, range in
            let records = TextRecords(base, range, layout: text, fieldCount: fieldCount, keepsMalformed: true)
            for row in 0..<records.count where texts.count < lines.count {
                if firstLine + records.line(ofRow: row) == lines[texts.count] {
                    texts.append(TextBlock.text(records.bytes(ofRow: row), limit: limit))
                }
            }
            firstLine += records.lineCount
        }
        return texts
    }

    private func rows(
        _ records: borrowing TextRecords, firstLine: Int, _ memory: inout ParsingMemory
    ) -> TableRows {
        let isUTF8 = records.isUTF8
        var columns: [TableColumn] = []
        var invalid: [Bitmap?] = []
        for (index, (field, reader)) in self.columns.enumerated() {
            guard let field else {
                columns.append(.plain(.nulls(reader.type, count: records.count)))
                invalid.append(nil)
                continue
            }
            records.withCells(field, isUTF8: isUTF8) { cells in
                if let coder = coders[index], let read = reader.read(cells, coder: &memory.coders[coder]) {
                    columns.append(
                        .coded(CodedCells(codes: read.codes, validity: read.validity, memory: memory.number)))
                    invalid.append(read.invalid)
                } else {
                    let read = reader.read(cells)
                    columns.append(.plain(read.column))
                    invalid.append(read.invalid)
                }
            }
        }
        let lines = records.lines.map { lines in lines.map { $0 + Int32(truncatingIfNeeded: firstLine) } }
        return TableRows(
            columns: columns, invalid: invalid, count: records.count, lines: lines, firstLine: firstLine)
    }
}
