public import Columnar
import Parallelism

/// How a table is written as delimited text.
public struct CSVWriteOptions: Sendable, Hashable {
    /// The field separator, one ASCII character; nil for a comma, and in data sets a tab if the name ends with `.tsv`.
    public var delimiter: Unicode.Scalar?
    /// Whether the first line names the columns.
    public var writesHeader: Bool
    /// The text of a missing value; the reader must know it as a null token.
    public var nullToken: String
    /// Threads that format.
    public var threads: Int

    /// The usual form: commas, a header, an empty field for a missing value.
    public init(
        delimiter: Unicode.Scalar? = nil, writesHeader: Bool = true, nullToken: String = "", threads: Int = 2
    ) {
        self.delimiter = delimiter
        self.writesHeader = writesHeader
        self.nullToken = nullToken
        self.threads = threads
    }
}

/// Writes batches as delimited text (RFC 4180, lines end with a line feed) that `CSVReader` reads back equal.
///
/// Floating-point numbers are written with the fewest digits that read back to the same value; timestamps as
/// `yyyy-MM-dd HH:mm:ss`, with six digits of a fraction if there is one (nanoseconds are truncated). Text is quoted
/// where it must be, and where it would read as a missing value.
public actor CSVWriter {
    private let output: any ObjectWriter
    private let schema: Schema
    private let options: CSVWriteOptions
    private var hasBegun = false

    /// - Throws: ``CSVError/unsupportedType(column:type:)`` for a column of bytes.
    public init(to output: any ObjectWriter, schema: Schema, options: CSVWriteOptions = CSVWriteOptions()) throws {
        if let field = schema.fields.first(where: { $0.type == .binary }) {
            throw CSVError.unsupportedType(column: field.name, type: field.type)
        }
        self.output = output
        self.schema = schema
        self.options = options
    }

    /// Appends rows.
    /// - Throws: `ColumnarError.schemaMismatch` for a batch of other columns; the store's errors.
    public func write(_ batch: RecordBatch) async throws {
        guard batch.schema.fields.elementsEqual(schema.fields, by: { $0.name == $1.name && $0.type == $1.type }) else {
            throw ColumnarError.schemaMismatch(expected: schema, actual: batch.schema)
        }
        try await begin()
        let rowsAPart = 16_384
        let count = (batch.rowCount + rowsAPart - 1) / rowsAPart
        let options = options
        // A few parts at a time, so that the text of a large batch is never held whole.
        for first in stride(from: 0, to: count, by: 8) {
            let parts = first..<min(first + 8, count)
            let texts = try await onDedicatedThread(named: "csv") { _ in
                let texts = Lock([[UInt8]](repeating: [], count: parts.count))
                parallelFor(count: parts.count, threads: options.threads) { index in
                    let start = (first + index) * rowsAPart
                    let text = CSVFormatter(options).format(batch, start..<min(start + rowsAPart, batch.rowCount))
                    texts.withLock { $0[index] = text }
                }
                return texts.withLock { $0 }
            }
            for text in texts { try await output.write(text) }
        }
    }

    /// Makes the object visible.
    public func finish() async throws {
        try await begin()
        try await output.finish()
    }

    /// Drops what was written.
    public func abort() async { await output.abort() }

    private func begin() async throws {
        guard !hasBegun else { return }
        hasBegun = true
        if options.writesHeader { try await output.write(CSVFormatter(options).header(schema)) }
    }
}
