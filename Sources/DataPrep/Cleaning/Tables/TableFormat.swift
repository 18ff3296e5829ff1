import Columnar
import Features
import StorageIO

/// Reads the columns of a ``TableLayout``.
struct TableFormat: CleaningFormat {
    enum Content: Sendable {
        case text(TextBlock, TableTextParser)
        case batch(RecordBatch, TableBatchReader)
    }

    let layout: TableLayout
    let memories: ParsingMemories

    func open(_ input: CleaningInput, options: CleaningOptions) async throws -> CleaningReading<Content>? {
        let found = layout.inputs[input.index]
        let source = input.source
        guard !found.table.isEmpty else { return nil }
        let reader = TableBatchReader(layout: layout, input: found)
        let ofFolders = input.partitions?.fields.map(\.name) ?? []
        let own = found.wanted.filter { !ofFolders.contains($0) }
        switch found.kind {
        case .parquet:
            let parquet = try await ParquetReader.open(source)
            let batches = parquet.batches(columns: own, threads: options.threads)
            return .table(batches, rowCount: parquet.rowCount) { batch in
                .batch(try input.addingPartitions(to: batch, found.wanted), reader)
            }
        case .jsonLines:
            var reading = JSONLinesReadOptions(blockBytes: options.blockBytes, threads: options.threads)
            reading.schema = try Schema(found.table).selecting(own)
            let batches = try await JSONLinesReader.open(source, options: reading).batches()
            return .table(batches, rowCount: 0) { batch in
                .batch(try input.addingPartitions(to: batch, found.wanted), reader)
            }
        case .text:
            let chunks = ByteChunks(source, chunkBytes: options.blockBytes)
            let blocks = TextBlocks(chunks, file: source.name)
            guard let line = try await blocks.firstLine() else { return nil }
            let text = TextLayout(firstLine: line, quotesSpanLines: true)
            let parser = TableTextParser(layout: layout, input: found, text: text, memories: memories)
            await blocks.begin(layout: text)
            return .text(chunks, blocks) { .text($0, parser) }
        }
    }
}

extension TableFormat.Content: CleaningContent {
    /// Reads the rows, in parts.
    /// - Parameter body: Gets each part and the text of its values.
    /// - Returns: how many lines, or rows, the block has.
    func read(
        tally: inout RuleTally, malformed rule: Int?,
        _ body: (TableRows, _ text: (_ row: Int, _ column: Int) -> String, inout RuleTally) throws -> Void
    ) throws -> Int {
        switch self {
        case .text(let block, let parser): return try parser.read(block, tally: &tally, malformed: rule, body)
        case .batch(let batch, let reader):
            let rows = try reader.read(batch)
            tally.rowsRead += batch.rowCount
            try body(rows, { reader.text(ofRow: $0, column: $1, in: batch) }, &tally)
            return batch.rowCount
        }
    }

    var lineCount: Int {
        switch self {
        case .text(let block, _): block.lineCount
        case .batch(let batch, _): batch.rowCount
        }
    }

    func texts(ofLines lines: [Int], limit: Int) -> [String] {
        switch self {
        case .text(let block, let parser): parser.texts(ofLines: lines, in: block, limit: limit)
        case .batch(let batch, let reader):
            lines.map { row in
                let fields = reader.layout.output.fields.indices.map { column in
                    let text = reader.text(ofRow: row, column: column, in: batch, limit: limit)
                    guard text.utf8.contains(where: { ",\"\r\n".utf8.contains($0) }) else { return text }
                    return "\"" + text.replacing("\"", with: "\"\"") + "\""
                }
                return fields.joined(separator: ",")
            }
        }
    }
}

/// Rows of a block in the columns of the output.
struct TableRows: Sendable {
    let columns: [TableColumn]
    /// For each column a one bit for each row with an invalid value; nil if there are none.
    let invalid: [Bitmap?]
    let count: Int
    /// The line of each row, counted from the block's first; nil where rows follow one another from ``firstLine``.
    let lines: [Int32]?
    let firstLine: Int

    func line(ofRow row: Int) -> Int { lines.map { Int($0[row]) } ?? firstLine + row }

    /// The rows as a table, for rules that look at all columns: then none is coded.
    func batch(_ schema: Schema) throws -> RecordBatch {
        try RecordBatch(schema: schema, columns: columns.indices.map(plain))
    }

    /// A column that a rule looks at; such columns are not coded.
    func plain(_ index: Int) -> Column {
        guard case .plain(let column) = columns[index] else { preconditionFailure("column \(index) is coded") }
        return column
    }
}

/// Reads batches of an input that is a table already.
struct TableBatchReader: Sendable {
    let layout: TableLayout
    /// For each column of the output its position in the batch.
    private let positions: [Int?]

    init(layout: TableLayout, input: TableInput) {
        self.layout = layout
        let wanted = input.wanted
        positions = input.positions.map { position in position.flatMap { wanted.firstIndex(of: input.table[$0].name) } }
    }

    func read(_ batch: RecordBatch) throws -> TableRows {
        var columns: [TableColumn] = []
        var invalid: [Bitmap?] = []
        for (index, field) in layout.output.fields.enumerated() {
            guard let position = positions[index] else {
                columns.append(.plain(.nulls(field.type, count: batch.rowCount)))
                invalid.append(nil)
                continue
            }
            let stored = batch.columns[position]
            if index < layout.readers.count {
                let read = layout.readers[index].read(stored)
                columns.append(.plain(read.column))
                invalid.append(read.invalid)
            } else {
                columns.append(.plain(try stored.converting(to: field.type, field: field.name)))
                invalid.append(nil)
            }
        }
        return TableRows(columns: columns, invalid: invalid, count: batch.rowCount, lines: nil, firstLine: 0)
    }

    /// A value as the input has it.
    func text(
        ofRow row: Int, column: Int, in batch: RecordBatch, limit: Int = RejectedRow.valueLimit
    ) -> String {
        positions[column].map { batch.columns[$0].text(ofRow: row, limit: limit) } ?? ""
    }
}
