import Columnar
import StorageIO

extension DataSet {
    /// All rows of some columns, with reports of how many have been read.
    func readAll(
        columns: [String], reporting progress: PipelineProgressHandler, threads: Int
    ) async throws -> RecordBatch {
        try await readAll(columns: columns, threads: threads) { rows in
            progress(PipelineProgress(done: rows, total: rowCount, unit: "rows", detail: "reading"))
        }
    }
}
