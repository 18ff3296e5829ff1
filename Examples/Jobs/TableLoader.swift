package import Columnar
package import StorageIO

/// Reads a whole data set into memory.
package enum TableLoader {
    /// - Parameter optional: columns to read beside `columns` where the data have them.
    package static func load(
        _ place: String, columns: [String]? = nil, optional: [String] = [], stores: ObjectStores, threads: Int,
        progress: @escaping ProgressHandler = { _ in }
    ) async throws -> RecordBatch {
        let dataSet = try await DataSet.open(stores.resolve(place))
        let columns = columns.map { columns in
            columns + optional.filter { !columns.contains($0) && dataSet.schema.index(of: $0) != nil }
        }
        let schema = try JobError.naming(place) {
            try columns.map { try dataSet.schema.selecting($0) } ?? dataSet.schema
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
