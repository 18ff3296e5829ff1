public import Columnar
import Parallelism

/// Reads JSON lines (newline-delimited JSON: one object a line, in UTF-8) as batches of typed columns, in parallel, in
/// bounded memory.
///
/// gzip and zstd files are decompressed while reading. Lines may end with a carriage return and a line feed; the last line
/// needs no end; lines without content and a byte order mark are skipped.
///
/// The columns are the members of all objects, in order of first appearance; a member that an object does not have is
/// null there. Of a name given twice in an object the last value counts. The members of nested objects are columns named
/// by their path, such as `customer.id`, up to eight names long; arrays and objects nested more deeply are text that holds
/// their JSON.
///
/// Without a schema, types are inferred from all rows: `int64`; `float64` if some numbers have a fraction or an exponent,
/// or do not fit into `int64`; `boolean`; `date` and `timestamp(microseconds)` if all strings are texts of such, in the
/// forms that ``CSVReader`` reads; `string` for other strings, for columns of nulls, and for numbers beyond the range of a
/// `float64`. A member whose values have several types is a `string` column: other values than strings are in it as they
/// are in the JSON.
///
/// With a schema, values are converted. Strings become values of other types by the rules of ``CSVReader``, numbers become
/// integers where they are whole, `true` and `false` become the numbers 1 and 0, and everything becomes text, so that the
/// digits of large numbers and whole objects can be kept.
///
///     let reader = try await JSONLinesReader.open(input)
///     for try await batch in reader.batches() { ... }
public struct JSONLinesReader: Sendable {
    /// The columns of every batch.
    public let schema: Schema
    /// The number of objects; nil if a schema was given, so that they have not been counted.
    public let rowCount: Int64?
    private let input: any RandomAccessInput
    private let options: JSONLinesReadOptions

    /// Reads all rows once to infer the columns, unless a schema is given.
    /// - Throws: ``JSONLinesError`` that names file and line; the input's own errors.
    public static func open(
        _ input: any RandomAccessInput, options: JSONLinesReadOptions = JSONLinesReadOptions()
    ) async throws -> JSONLinesReader {
        if let schema = options.schema {
            return JSONLinesReader(schema: try readable(schema), rowCount: nil, input: input, options: options)
        }
        let inference = try await JSONLinesInference.inferring(input, options: options)
        let fields = inference.fields
        guard !fields.isEmpty else { throw JSONLinesError.emptyInput(file: input.name) }
        return JSONLinesReader(
            schema: try Schema(fields), rowCount: Int64(inference.rowCount), input: input, options: options)
    }

    /// A schema of columns each of which may hold a missing value: that is only seen while reading.
    /// - Throws: ``JSONLinesError/unsupportedType(column:type:)``.
    static func readable(_ schema: Schema) throws -> Schema {
        if let field = schema.fields.first(where: { $0.type == .binary }) {
            throw JSONLinesError.unsupportedType(column: field.name, type: field.type)
        }
        return try Schema(schema.fields.map { Field($0.name, $0.type) })
    }

    /// All rows, in order, in batches of at most about ``JSONLinesReadOptions/blockBytes`` bytes of text. Each call reads
    /// from the start.
    ///
    /// The stream throws ``JSONLinesError`` or the input's own error, after the batches before the error.
    public func batches() -> AsyncThrowingStream<RecordBatch, any Error> {
        let session = JSONLinesReadSession(input: input, options: options, schema: schema)
        return AsyncThrowingStream { try await session.next() }
    }
}

/// One pass over a file.
private actor JSONLinesReadSession {
    /// Values of a batch, missing ones included: short rows may lack most of many columns.
    private static let maximumCells = 1 << 22

    private let parsed: OrderedReadAhead<JSONLinesBlock, JSONLinesBlockParser.Outcome>
    private var line = 1

    init(input: any RandomAccessInput, options: JSONLinesReadOptions, schema: Schema) {
        let blocks = JSONLinesBlocks(
            input, options: options,
            maximumRecords: max(1, JSONLinesReadSession.maximumCells / max(1, schema.fields.count)))
        let parser = JSONLinesBlockParser(
            file: input.name, schema: schema, maximumRecordBytes: options.boundedRecordBytes)
        parsed = OrderedReadAhead(width: options.threads + 1) {
            try await blocks.next()
        } work: { block in
            try await onDedicatedThread(named: "json-lines") { _ in parser.parse(block) }
        }
    }

    func next() async throws -> RecordBatch? {
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
