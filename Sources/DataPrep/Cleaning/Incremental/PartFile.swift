import Columnar
import StorageIO

/// A data file that is written completely and held back until it is published.
actor PartFile: TableSink {
    private let writer: ParquetWriter
    private let held: HeldWriter
    private var rows: Int64 = 0

    init(to output: any ObjectWriter, schema: Schema, options: ParquetWriteOptions) {
        held = HeldWriter(output)
        writer = ParquetWriter(to: held, schema: schema, options: options)
    }

    func write(_ batch: RecordBatch) async throws {
        try await writer.write(batch)
        rows += Int64(batch.rowCount)
    }

    /// Writes what is left, footer included.
    /// - Returns: the bytes that the file will have.
    func complete() async throws -> Int64 {
        try await writer.finish()
        return await held.byteCount
    }

    /// Makes the file visible; call it after ``complete()``.
    func publish() async throws { try await held.publish() }

    func abort() async {
        await writer.abort()
        await held.abort()
    }
}

/// Writes an object's bytes, and finishes it only when told to.
private actor HeldWriter: ObjectWriter {
    private let output: any ObjectWriter
    private(set) var byteCount: Int64 = 0

    init(_ output: any ObjectWriter) { self.output = output }

    func write(_ bytes: [UInt8]) async throws {
        try await output.write(bytes)
        byteCount += Int64(bytes.count)
    }

    func finish() async throws {}

    func publish() async throws { try await output.finish() }

    func abort() async { await output.abort() }
}
