public import Columnar
import Parallelism

/// Reads delimited text (RFC 4180) as batches of typed columns, in parallel, in bounded memory.
///
/// gzip and zstd files are decompressed while reading. The field separator is detected in the first line unless given.
/// Lines may end with a line feed, with a carriage return and a line feed, or, if the first one does, with a carriage
/// return; the last line needs no end; blank lines are ignored, and so is a delimiter at the end of every row. The
/// malformed header of the transaction source files, `# a | b | c` over rows separated by commas, is understood.
/// `TextValue` documents the forms of values: integers, decimal numbers, `yyyy-MM-dd HH:mm:ss`, dates, `true` and
/// `false`.
///
///     let reader = try await CSVReader.open(input)
///     for try await batch in reader.batches() { ... }
public struct CSVReader: Sendable {
    /// The columns of every batch.
    public let schema: Schema
    /// What was inferred about the columns, in the order of the schema; nil if the schema was given.
    let inferred: [CSVTypeInference.State]?
    private let input: any RandomAccessInput
    private let options: CSVReadOptions
    private let parser: CSVBlockParser

    /// Reads the header and, if types are to be inferred, all rows once.
    /// - Throws: ``CSVError`` that names file, line, column and value; the input's own errors.
    public static func open(
        _ input: any RandomAccessInput, options: CSVReadOptions = CSVReadOptions()
    ) async throws -> CSVReader {
        let needsRows = options.schema == nil
        let blocks = TextBlocks(
            ByteChunks(
                input, chunkBytes: needsRows ? options.blockBytes : min(options.blockBytes, 1 << 18),
                readAhead: needsRows ? 3 : 1),
            file: input.name, maximumRecordBytes: options.maximumRecordBytes)
        guard let line = try await blocks.firstLine() else { throw CSVError.emptyInput(file: input.name) }
        let layout =
            options.delimiter.map {
                TextLayout(delimiter: UInt8(truncatingIfNeeded: $0.value), quotesSpanLines: true)
            } ?? TextLayout(firstLine: line, quotesSpanLines: true)
        let names = try names(CSVHeader(line: line, layout: layout), options, file: input.name)
        let nulls = NullTexts(options.nullTokens)
        var inferred: [CSVTypeInference.State]?
        let schema: Schema
        if let wanted = options.schema {
            schema = wanted
        } else {
            await blocks.begin(layout: layout, puttingBack: options.hasHeader ? nil : line)
            let states = try await CSVTypeInference(fieldCount: names.count, layout: layout, nulls: nulls).taking(
                blocks, file: input.name, firstLine: options.firstRowLine, threads: options.threads
            ).states
            schema = try Schema(zip(names, states).map { Field($0, $1.kind.type) })
            inferred = states
        }
        var targets: [CSVBlockParser.Target] = []
        for field in schema.fields {
            guard let index = names.firstIndex(of: field.name) else {
                throw CSVError.missingColumn(file: input.name, name: field.name, available: names)
            }
            guard field.type != .binary else {
                throw CSVError.unsupportedType(column: field.name, type: field.type)
            }
            targets.append(CSVBlockParser.Target(name: field.name, type: field.type, field: index))
        }
        // A missing value is only seen while reading, so every column may hold one.
        let readable = try Schema(schema.fields.map { Field($0.name, $0.type) })
        let parser = CSVBlockParser(
            file: input.name, schema: readable, targets: targets, fieldCount: names.count, layout: layout, nulls: nulls)
        return CSVReader(schema: readable, inferred: inferred, input: input, options: options, parser: parser)
    }

    /// The names of the fields; those without one are named by their positions.
    private static func names(_ header: CSVHeader, _ options: CSVReadOptions, file: String) throws -> [String] {
        guard options.hasHeader else {
            return options.schema?.names ?? header.names.indices.map { "column\($0)" }
        }
        return try header.columnNames(file: file)
    }

    /// All rows, in order, in batches of about ``CSVReadOptions/blockBytes`` bytes of text. Each call reads from the
    /// start.
    ///
    /// The stream throws ``CSVError`` or the input's own error, after the batches before the error.
    public func batches() -> AsyncThrowingStream<RecordBatch, any Error> {
        let session = CSVReadSession(input: input, options: options, parser: parser)
        return AsyncThrowingStream { try await session.next() }
    }
}

/// One pass over a file.
private actor CSVReadSession {
    private let blocks: TextBlocks
    private let parsed: OrderedReadAhead<TextBlock, CSVBlockParser.Outcome>
    private let options: CSVReadOptions
    private let parser: CSVBlockParser
    private var hasBegun = false
    private var line: Int

    init(input: any RandomAccessInput, options: CSVReadOptions, parser: CSVBlockParser) {
        let blocks = TextBlocks(
            ByteChunks(input, chunkBytes: options.blockBytes), file: input.name,
            maximumRecordBytes: options.maximumRecordBytes)
        self.blocks = blocks
        self.options = options
        self.parser = parser
        line = options.firstRowLine
        parsed = OrderedReadAhead(width: options.threads + 1) {
            try await blocks.next()
        } work: { block in
            try await onDedicatedThread(named: "csv") { _ in parser.parse(block) }
        }
    }

    func next() async throws -> RecordBatch? {
        if !hasBegun {
            hasBegun = true
            let header = try await blocks.firstLine()
            await blocks.begin(layout: parser.layout, puttingBack: options.hasHeader ? nil : header)
        }
        while let outcome = try await parsed.next() {
            switch outcome.result {
            case .success(let batch):
                line += outcome.lineCount
                if batch.rowCount > 0 { return batch }
            case .failure(let error):
                await parsed.cancel()
                throw error.movedDown(by: line)
            }
        }
        return nil
    }
}

extension CSVError {
    /// The same error, so many lines further down.
    func movedDown(by lines: Int) -> CSVError {
        switch self {
        case .wrongFieldCount(let file, let line, let expected, let actual):
            .wrongFieldCount(file: file, line: line + lines, expected: expected, actual: actual)
        case .invalidValue(let file, let line, let column, let value, let expected):
            .invalidValue(file: file, line: line + lines, column: column, value: value, expected: expected)
        case .textAfterQuote(let file, let line, let column, let value):
            .textAfterQuote(file: file, line: line + lines, column: column, value: value)
        case .compression, .noText, .emptyInput, .missingColumn, .duplicateColumn, .unclosedQuote, .recordTooLong,
            .unsupportedType:
            self
        }
    }
}
