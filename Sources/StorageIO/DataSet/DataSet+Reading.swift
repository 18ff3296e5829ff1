public import Columnar

extension DataSet {
    /// All rows as one table in memory.
    /// - Parameters:
    ///   - columns: The names of the columns wanted, in the order wanted; others are not read. nil for all.
    ///   - threads: Threads that decode.
    ///   - progress: Gets the number of rows read so far, after each batch.
    /// - Throws: What ``batches(columns:threads:)`` throws.
    public func readAll(
        columns: [String]? = nil, threads: Int = 1, progress: (_ rows: Int64) -> Void = { _ in }
    ) async throws -> RecordBatch {
        let schema = try schema(selecting: columns)
        var batches: [RecordBatch] = []
        var rows: Int64 = 0
        for try await batch in self.batches(columns: columns, threads: threads) {
            batches.append(batch)
            rows += Int64(batch.rowCount)
            progress(rows)
        }
        return try RecordBatch.concatenating(batches, schema: schema)
    }

    /// What a person wants to know first: the files, the rows where that is known without reading them, and each column with its
    /// type.
    public func describe() -> String {
        let fileCount = files.files.count
        let rows = rowCount.map { "\($0) rows" } ?? "rows not counted"
        let width = schema.names.map(\.count).max() ?? 0
        let columns = schema.fields.map { field in
            "  " + field.name + String(repeating: " ", count: width - field.name.count)
                + "  \(field.type)\(field.isNullable ? "" : ", not null")"
        }
        return
            ([
                "\(files.location): \(fileCount) \(fileCount == 1 ? "file" : "files") of \(files.format.rawValue), \(rows)"
            ]
            + columns)
            .joined(separator: "\n")
    }
}
