import Columnar
import StorageIO

/// Writes the batches of a table: a data set's writer, or the writer of one file.
protocol TableSink: Sendable {
    func write(_ batch: RecordBatch) async throws
    func write(_ batch: CodedBatch) async throws
    func abort() async
}

extension TableSink {
    func write(_ batch: CodedBatch) async throws { try await write(batch.plain()) }
}

extension DataSetWriter: TableSink {}
extension ParquetWriter: TableSink {}
