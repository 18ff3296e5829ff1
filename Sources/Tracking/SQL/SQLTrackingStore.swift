/// MLflow's semantics over a database in MLflow's layout.
struct SQLTrackingStore: TrackingStore {
    let database: any SQLDatabase
    /// Experiments get `<artifactRoot>/<id>` as their artifact location.
    let artifactRoot: String

    var batchLimits: BatchLimits { database.batchLimits }

    func close() async throws { try await database.close() }

    /// Writes that touch no row: databases check the right to write before they look for rows.
    func checkWritable() async throws {
        try await database.write { session in
            for table in ["runs", "tags", "params", "metrics"] {
                try session.execute("INSERT INTO \(table) SELECT * FROM \(table) WHERE 1 = 0", [])
            }
            try session.execute("UPDATE latest_metrics SET step = step WHERE 1 = 0", [])
        }
    }

    /// ` AND table.workspace = 'default'` where tables tell workspaces apart: this library lives in MLflow's default one.
    func inWorkspace(_ table: String) -> String {
        database.hasWorkspaces ? " AND \(table).workspace = 'default'" : ""
    }

    /// Rows by owner of a table that holds `(owner, key, value)`.
    func texts(_ session: any SQLSession, _ query: SQLFragment) throws -> [String: [String: String]] {
        texts(try session.query(query))
    }

    func texts(_ rows: [SQLRow]) -> [String: [String: String]] {
        var result: [String: [String: String]] = [:]
        for row in rows { result[row.text(0), default: [:]][row.text(1)] = row.text(2) }
        return result
    }

    /// Sets one row of a table of keys and values, whatever its primary key's columns.
    func upsert(
        _ session: any SQLSession, table: String, owner: [(column: String, value: SQLValue)], key: String, value: String
    ) throws {
        let condition = (owner.map { "\($0.column) = ?" } + ["key = ?"]).joined(separator: " AND ")
        let ownerValues = owner.map(\.value)
        let changed = try session.execute(
            "UPDATE \(table) SET value = ? WHERE \(condition)", [.text(value)] + ownerValues + [.text(key)])
        guard changed == 0 else { return }
        let columns = (owner.map(\.column) + ["key", "value"]).joined(separator: ", ")
        let marks = Array(repeating: "?", count: owner.count + 2).joined(separator: ", ")
        try session.execute(
            "INSERT INTO \(table) (\(columns)) VALUES (\(marks))", ownerValues + [.text(key), .text(value)])
    }
}

/// Removes the extra element that a query requested to learn whether there are more.
extension Page {
    init(_ elements: [Element], pageSize: Int, offset: Int) {
        guard elements.count > pageSize else {
            self.init(elements: elements, nextPageToken: nil)
            return
        }
        self.init(
            elements: Array(elements.prefix(pageSize)), nextPageToken: PageToken.token(offset: offset + pageSize))
    }
}

extension Array {
    /// Consecutive parts of at most `size` elements, for statements with a bounded number of values.
    func parts(of size: Int) -> [ArraySlice<Element>] {
        stride(from: 0, to: count, by: size).map { self[$0..<Swift.min($0 + size, count)] }
    }
}
