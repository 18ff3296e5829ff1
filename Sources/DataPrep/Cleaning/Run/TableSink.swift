import Columnar
import StorageIO

/// Writes the batches of a table: a data set's writer, or the writer of one file.
protocol TableSink: Sendable {
    func write(_ batch: RecordBatch) async throws
    func abort() async
}

extension DataSetWriter: TableSink {}
extension ParquetWriter: TableSink {}
