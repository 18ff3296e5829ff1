import Columnar
import Foundation
import Parallelism
import StorageIO

/// Collects what is written to it.
final class FileBytesWriter: ObjectWriter {
    private let state = Lock<(bytes: [UInt8], isFinished: Bool)>(([], false))

    /// What was written; empty before it was finished.
    var bytes: [UInt8] { state.withLock { $0.isFinished ? $0.bytes : [] } }

    func write(_ bytes: [UInt8]) async throws { state.withLock { $0.bytes += bytes } }
    func finish() async throws { state.withLock { $0.isFinished = true } }
    func abort() async { state.withLock { if !$0.isFinished { $0.bytes = [] } } }
}

enum ParquetBytes {
    /// A Parquet file of these batches.
    static func write(
        _ batches: [RecordBatch], schema: Schema, options: ParquetWriteOptions = ParquetWriteOptions(threads: 2)
    ) async throws -> [UInt8] {
        let target = FileBytesWriter()
        let writer = ParquetWriter(to: target, schema: schema, options: options)
        for batch in batches { try await writer.write(batch) }
        try await writer.finish()
        return target.bytes
    }

    static func open(_ bytes: [UInt8]) async throws -> ParquetReader {
        try await ParquetReader.open(InMemoryInput(bytes, name: "test.parquet"))
    }

    /// All rows as one batch.
    static func read(_ bytes: [UInt8], columns: [String]? = nil) async throws -> RecordBatch {
        let reader = try await open(bytes)
        var batches: [RecordBatch] = []
        for try await batch in reader.batches(columns: columns, threads: 2) { batches.append(batch) }
        return try RecordBatch.concatenating(
            batches, schema: columns.map { try reader.schema.selecting($0) } ?? reader.schema)
    }

    static func load(_ path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(filePath: path))) }

    static func save(_ bytes: [UInt8], _ path: String) throws { try Data(bytes).write(to: URL(filePath: path)) }
}
