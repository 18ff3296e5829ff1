package import Columnar
package import StorageIO

/// Reads the columns of a whole data set that are chosen into memory.
package enum TableLoader {
    package static func load(
        _ location: String, stores: ObjectStoreRegistry, threads: Int, progress: @escaping ProgressHandler = { _ in },
        columns choose: @Sendable (DataSet) throws -> [String]
    ) async throws -> RecordBatch {
        let dataSet = try await DataSet.open(stores.resolve(location))
        let (columns, schema) = try JobError.naming(location) {
            let columns = try choose(dataSet)
            return (columns, try dataSet.schema(selecting: columns))
        }
        var batches: [RecordBatch] = []
        var rows: Int64 = 0
        for try await batch in dataSet.batches(columns: columns, threads: threads) {
            batches.append(batch)
            rows += Int64(batch.rowCount)
            progress(JobProgress(done: rows, total: dataSet.rowCount, unit: "rows", detail: "reading"))
        }
        return try RecordBatch.concatenating(batches, schema: schema)
    }
}
