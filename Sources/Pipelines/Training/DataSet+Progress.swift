import Columnar
import StorageIO

extension DataSet {
    /// The columns that `choose` names, where the data set has them all.
    /// - Throws: ``PipelineError/unusableData(location:reason:)`` that names the location and the column that is missing.
    func available(in location: String, _ choose: (DataSet) throws -> [String]) throws -> [String] {
        try PipelineError.naming(location) {
            let columns = try choose(self)
            _ = try schema(selecting: columns)
            return columns
        }
    }

    /// All rows of some columns, with reports of how many have been read.
    func readAll(
        columns: [String], reporting progress: WorkProgressHandler, threads: Int
    ) async throws -> RecordBatch {
        try await readAll(columns: columns, threads: threads) { rows in
            progress(WorkProgress(done: rows, total: rowCount, unit: "rows", detail: "reading"))
        }
    }
}
