extension SQLTrackingStore {
    func searchRuns(_ query: RunQuery) async throws -> Page<RunRecord> {
        let parts = try RunFilterCompiler.parts(query.filter, orderBy: query.orderBy)
        let offset = try PageToken.offset(of: query.pageToken)
        var statement = SQLFragment("SELECT \(Self.runColumns) FROM runs") + parts.joins
        statement =
            statement + SQLFragment(" WHERE runs.lifecycle_stage IN (")
            + .list(query.view.stages.map { .text($0.rawValue) }) + SQLFragment(")")
        if let ids = query.experimentIDs {
            statement =
                statement + SQLFragment(" AND runs.experiment_id IN (")
                + .list(try ids.map(Self.number(ofExperiment:))) + SQLFragment(")")
        }
        if database.hasWorkspaces {
            statement =
                statement
                + SQLFragment(
                    " AND runs.experiment_id IN (SELECT experiment_id FROM experiments WHERE workspace = 'default')")
        }
        for condition in parts.conditions { statement = statement + SQLFragment(" AND ") + condition }
        statement =
            statement
            + SQLFragment(
                " ORDER BY \(parts.terms) LIMIT ? OFFSET ?",
                [.integer(Int64(query.pageSize) + 1), .integer(Int64(offset))])
        let complete = statement
        return try await database.read { session in
            let page = Page(try session.query(complete), pageSize: query.pageSize, offset: offset)
            return Page(
                elements: try runRecords(session, page.elements, fields: query.fields),
                nextPageToken: page.nextPageToken)
        }
    }
}
