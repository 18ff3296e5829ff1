public import Columnar
import Parallelism

/// Reads delimited text (RFC 4180) as batches of typed columns, in parallel, in bounded memory.
///
/// gzip and zstd files are decompressed on the way. Lines may end with a line feed or with a carriage return and a line
/// feed; the last one needs no end; blank lines count for nothing. The malformed header of the transaction source files,
/// `# a | b | c` over rows parted with commas, is understood. What values look like is said at `TextValue`: integers,
/// decimal numbers, `yyyy-MM-dd HH:mm:ss`, dates, `true` and `false`.
///
///     let reader = try await CSVReader.open(input)
///     for try await batch in reader.batches() { ... }
public struct CSVReader: Sendable {
    /// The columns of every batch.
    public let schema: Schema
    private let input: any RandomAccessInput
    private let options: CSVReadOptions
    private let parser: CSVBlockParser

    /// Reads the header, and the first rows where types are to be inferred.
    /// - Throws: ``CSVError`` that names file, line, column and value; the input's own errors.
    public static func open(
        _ input: any RandomAccessInput, options: CSVReadOptions = CSVReadOptions()
    ) async throws -> CSVReader {
        let layout = TextLayout(
            delimiter: UInt8(truncatingIfNeeded: options.delimiter.value), quotesSpanLines: true)
        let blocks = TextBlocks(
            ByteChunks(input, chunkBytes: min(options.blockBytes, 1 << 18), readAhead: 1), file: input.name,
            maximumRecordBytes: options.maximumRecordBytes)
        guard let line = try await blocks.firstLine() else { throw CSVError.emptyInput(file: input.name) }
        let header = CSVHeader(line: line, layout: layout)
        let names: [String]
        if options.hasHeader {
            names = header.names
        } else {
            names = options.schema?.names ?? header.names.indices.map { "column\($0)" }
        }
        if let twice = Dictionary(grouping: names, by: { $0 }).first(where: { $0.value.count > 1 }) {
            throw CSVError.duplicateColumn(file: input.name, name: twice.key)
        }
        let nullTokens = options.nullTokens.map { Array($0.utf8) }
        let schema: Schema
        if let wanted = options.schema {
            schema = wanted
        } else {
            await blocks.begin(layout: layout, puttingBack: options.hasHeader ? nil : line)
            var inference = CSVTypeInference(fieldCount: names.count, layout: layout, nullTokens: nullTokens)
            let firstLine = options.hasHeader ? 2 : 1
            if let block = try await blocks.next() {
                var lineCount = 0
                try block.forEachPiece { base, range throws(CSVError) in
                    let rows = try CSVRows(
                        base, range, fieldCount: names.count, layout: layout, file: input.name,
                        line: firstLine + lineCount)
                    inference.take(rows)
                    lineCount += rows.lineCount
                }
            }
            schema = try Schema(zip(names, inference.types).map { Field($0, $1) })
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
            file: input.name, schema: readable, targets: targets, fieldCount: names.count, layout: layout,
            nullTokens: nullTokens)
        return CSVReader(schema: readable, input: input, options: options, parser: parser)
    }

    /// All rows, in order, in batches of about ``CSVReadOptions/blockBytes`` bytes of text. Each call reads anew.
    ///
    /// The stream throws ``CSVError`` or the input's own error, after the batches before the fault.
    public func batches() -> AsyncThrowingStream<RecordBatch, any Error> {
        let session = CSVReadSession(input: input, options: options, parser: parser)
        return AsyncThrowingStream { try await session.next() }
    }
}

/// One reading of a file from beginning to end.
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
        line = options.hasHeader ? 2 : 1
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
    /// The same fault, that many lines further down.
    func movedDown(by lines: Int) -> CSVError {
        switch self {
        case .wrongFieldCount(let file, let line, let expected, let actual):
            .wrongFieldCount(file: file, line: line + lines, expected: expected, actual: actual)
        case .invalidValue(let file, let line, let column, let value, let expected):
            .invalidValue(file: file, line: line + lines, column: column, value: value, expected: expected)
        case .textAfterQuote(let file, let line, let column, let value):
            .textAfterQuote(file: file, line: line + lines, column: column, value: value)
        case .compression, .emptyInput, .missingColumn, .duplicateColumn, .unclosedQuote, .recordTooLong,
            .unsupportedType:
            self
        }
    }
}
