import Columnar
import Features
import StorageIO

/// Reads the nine columns of ``TransactionColumn``.
struct TransactionFormat: CleaningFormat {
    enum Content: Sendable {
        case text(TextBlock, TransactionTextParser)
        case table(RecordBatch, TransactionTableParser)
    }

    let plan: CleaningPlan

    func open(_ input: CleaningInput, options: CleaningOptions) async throws -> CleaningReading<Content>? {
        if try await input.isParquet() { return try await openParquet(input, options) }
        if try await input.isJSONLines() { return try await openJSONLines(input, options) }
        let source = input.source
        let chunks = ByteChunks(source, chunkBytes: options.blockBytes)
        let blocks = TextBlocks(chunks, file: source.name)
        guard let line = try await blocks.firstLine() else { return nil }
        let layout = TextLayout(firstLine: line, quotesSpanLines: false)
        let parser = try TransactionTextParser(
            header: CSVHeader(line: line, layout: layout), layout: layout, plan: plan, input: source.name)
        await blocks.begin(layout: parser.layout)
        return .text(chunks, blocks) { .text($0, parser) }
    }

    private func openParquet(
        _ input: CleaningInput, _ options: CleaningOptions
    ) async throws -> CleaningReading<Content> {
        let reader = try await ParquetReader.open(input.source)
        let ofFolders = input.partitions?.fields ?? []
        let own = reader.schema.fields.filter { field in !ofFolders.contains { $0.name == field.name } }
        let schema = try Schema(own + ofFolders)
        // A column that exists, but cannot be read, has a separate reason.
        for name in reader.unreadableColumns.keys.sorted() {
            guard let column = TransactionColumn(spelling: name),
                TransactionColumn.index(of: column, in: schema) == nil
            else { continue }
            try reader.requireReadable(name)
        }
        let parser = try TransactionTableParser(schema: schema, plan: plan, input: input.source.name)
        let names = parser.columnNames.filter { name in !ofFolders.contains { $0.name == name } }
        return .table(reader.batches(columns: names, threads: options.threads), rowCount: reader.rowCount) { batch in
            .table(try input.addingPartitions(to: batch, parser.columnNames), parser)
        }
    }

    /// Nil for an input without objects.
    private func openJSONLines(
        _ input: CleaningInput, _ options: CleaningOptions
    ) async throws -> CleaningReading<Content>? {
        var reading = JSONLinesReadOptions(blockBytes: options.blockBytes, threads: options.threads)
        let found: JSONLinesReader
        do {
            found = try await JSONLinesReader.open(input.source, options: reading)
        } catch JSONLinesError.emptyInput {
            return nil
        }
        // Values are read as text, so that the rules judge them as they judge those of text files.
        let ofFolders = input.partitions?.fields ?? []
        let own = found.schema.names.filter { name in !ofFolders.contains { $0.name == name } }
        let schema = try Schema(own.map { Field($0, .string) } + ofFolders)
        let parser = try TransactionTableParser(schema: schema, plan: plan, input: input.source.name)
        reading.schema = try schema.selecting(parser.columnNames.filter(own.contains))
        let batches = try await JSONLinesReader.open(input.source, options: reading).batches()
        return .table(batches, rowCount: found.rowCount ?? 0) { batch in
            .table(try input.addingPartitions(to: batch, parser.columnNames), parser)
        }
    }
}

extension TransactionFormat.Content: CleaningContent {
    /// Appends the good rows to the buffer and counts the others.
    /// - Returns: how many lines, or rows, the block has.
    func parse(into buffer: TransactionBuffer, tally: inout RuleTally) -> Int {
        switch self {
        case .text(let block, let parser): parser.parse(block, into: buffer, tally: &tally)
        case .table(let batch, let parser): parser.parse(batch, into: buffer, tally: &tally)
        }
    }

    var lineCount: Int {
        switch self {
        case .text(let block, _): block.lineCount
        case .table(let batch, _): batch.rowCount
        }
    }

    func texts(ofLines lines: [Int], limit: Int) -> [String] {
        switch self {
        case .text(let block, _): block.texts(ofLines: lines, limit: limit)
        case .table(let batch, let parser): parser.texts(ofRows: lines, in: batch, limit: limit)
        }
    }
}
