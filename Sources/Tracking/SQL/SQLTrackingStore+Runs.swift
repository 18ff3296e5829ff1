import Essentials

extension SQLTrackingStore {
    static let runColumns =
        "runs.run_uuid, runs.experiment_id, runs.name, runs.status, runs.start_time, runs.end_time, runs.user_id, "
        + "runs.artifact_uri, runs.lifecycle_stage"

    func createRun(_ creation: RunCreation) async throws -> RunRecord {
        let id = creation.token ?? Identifier.random()
        return try await database.write { session in
            if creation.token != nil, let made = try optionalRun(session, id: id) { return made }
            let experiment = try activeExperiment(session, id: creation.experimentID)
            try session.execute(
                """
                INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time,
                source_version, lifecycle_stage, artifact_uri, experiment_id)
                VALUES (?, ?, 'UNKNOWN', '', '', ?, 'RUNNING', ?, '', 'active', ?, ?)
                """,
                [
                    .text(id), .text(creation.name), .text(creation.userID), SQLValue(creation.startTime),
                    .text(ArtifactPath.join(experiment.artifactLocation, "\(id)/artifacts")),
                    try Self.number(ofExperiment: creation.experimentID),
                ])
            var tags = creation.tags
            tags[MLflowTag.runName] = creation.name
            try session.execute(
                "INSERT INTO tags (key, value, run_uuid) VALUES (?, ?, ?)",
                rows: tags.map { [.text($0.key), .text($0.value), .text(id)] })
            return try run(session, id: id)
        }
    }

    func run(id: String) async throws -> RunRecord {
        try await database.read { session in try run(session, id: id) }
    }

    func updateRun(id: String, status: RunStatus?, endTime: Timestamp?, name: String?) async throws {
        try await database.write { session in
            try checkActive(session, run: id)
            if let status {
                try session.execute(
                    "UPDATE runs SET status = ? WHERE run_uuid = ?", [.text(status.rawValue), .text(id)])
            }
            if let endTime {
                try session.execute("UPDATE runs SET end_time = ? WHERE run_uuid = ?", [SQLValue(endTime), .text(id)])
            }
            if let name, !name.isEmpty { try setName(session, name, ofRun: id) }
        }
    }

    func setLifecycleStage(_ stage: LifecycleStage, ofRun id: String) async throws {
        try await database.write { session in
            let changed = try session.execute(
                "UPDATE runs SET lifecycle_stage = ?, deleted_time = ? WHERE run_uuid = ?",
                [.text(stage.rawValue), stage == .deleted ? SQLValue(Timestamp.now) : .null, .text(id)])
            guard changed > 0 else { throw Self.noRun(id) }
        }
    }

    func deleteTag(_ key: String, ofRun id: String) async throws {
        try await database.write { session in
            try checkActive(session, run: id)
            let removed = try session.execute(
                "DELETE FROM tags WHERE run_uuid = ? AND key = ?", [.text(id), .text(key)])
            guard removed > 0 else { throw TrackingError(.notFound, "run \(id)", "has no tag '\(key)'") }
        }
    }

    func metricHistory(_ key: String, ofRun id: String, pageSize: Int, pageToken: String?) async throws -> Page<Metric>
    {
        let offset = try PageToken.offset(of: pageToken)
        let found = try await database.read { session in
            try session.query(
                """
                SELECT value, is_nan, timestamp, step FROM metrics WHERE run_uuid = ? AND key = ?
                ORDER BY timestamp, step, value LIMIT ? OFFSET ?
                """, [.text(id), .text(key), .integer(Int64(pageSize) + 1), .integer(Int64(offset))]
            ).map { row in
                Metric(
                    key: key, value: row.integer(1) != 0 ? .nan : row.real(0), timestamp: row.timestamp(2),
                    step: row.integer(3))
            }
        }
        return Page(found, pageSize: pageSize, offset: offset)
    }

    func checkActive(_ session: any SQLSession, run id: String) throws {
        let rows = try session.query("SELECT lifecycle_stage FROM runs WHERE run_uuid = ?", [.text(id)])
        guard let row = rows.first else { throw Self.noRun(id) }
        guard row.text(0) == LifecycleStage.active.rawValue else {
            throw TrackingError(.invalidState, "run \(id)", "is deleted; restore it first")
        }
    }

    /// MLflow keeps the name twice: as a column and as a tag.
    func setName(_ session: any SQLSession, _ name: String, ofRun id: String) throws {
        try session.execute("UPDATE runs SET name = ? WHERE run_uuid = ?", [.text(name), .text(id)])
        try upsert(session, table: "tags", owner: [("run_uuid", .text(id))], key: MLflowTag.runName, value: name)
    }

    private func run(_ session: any SQLSession, id: String) throws -> RunRecord {
        guard let record = try optionalRun(session, id: id) else { throw Self.noRun(id) }
        return record
    }

    private func optionalRun(_ session: any SQLSession, id: String) throws -> RunRecord? {
        let rows = try session.query("SELECT \(Self.runColumns) FROM runs WHERE run_uuid = ?", [.text(id)])
        return try runRecords(session, rows, fields: .all).first
    }

    private static func noRun(_ id: String) -> TrackingError {
        TrackingError(.notFound, "run \(id)", "no run has this id")
    }

    func runRecords(_ session: any SQLSession, _ rows: [SQLRow], fields: RunFields) throws -> [RunRecord] {
        var metrics: [String: [String: Metric]] = [:]
        var parameters: [String: [String: String]] = [:]
        var tags: [String: [String: String]] = [:]
        var inputs: [String: [DatasetInput]] = [:]
        for part in rows.parts(of: 500) {
            let ids = SQLFragment.list(part.map { $0.values[0] }) + SQLFragment(")")
            let wanted = Self.details.filter { fields.contains($0) }
            let found = try session.queries(wanted.map { Self.detailQuery($0, ofRuns: ids) })
            for (field, rows) in zip(wanted, found) {
                switch field {
                case .metrics:
                    for row in rows {
                        metrics[row.text(0), default: [:]][row.text(1)] = Metric(
                            key: row.text(1), value: row.integer(3) != 0 ? .nan : row.real(2),
                            timestamp: row.timestamp(4), step: row.integer(5))
                    }
                case .parameters: parameters.merge(texts(rows)) { first, _ in first }
                case .tags: tags.merge(texts(rows)) { first, _ in first }
                default: inputs.merge(try self.inputs(session, rows)) { first, _ in first }
                }
            }
        }
        return try rows.map { row in
            let id = row.text(0)
            guard let status = RunStatus(rawValue: row.optionalText(3) ?? RunStatus.running.rawValue) else {
                throw TrackingError(.incompatibleDatabase, "run \(id)", "has the unknown status '\(row.text(3))'")
            }
            return RunRecord(
                id: id, experimentID: row.text(1), name: row.text(2), status: status, startTime: row.timestamp(4),
                endTime: row.optionalTimestamp(5), userID: row.text(6), artifactURI: row.text(7),
                lifecycleStage: LifecycleStage(rawValue: row.text(8)) ?? .active, metrics: metrics[id] ?? [:],
                parameters: parameters[id] ?? [:], tags: tags[id] ?? [:],
                inputs: inputs[id] ?? [])
        }
    }

    private static let details: [RunFields] = [.metrics, .parameters, .tags, .inputs]

    private static func detailQuery(_ field: RunFields, ofRuns ids: SQLFragment) -> SQLFragment {
        switch field {
        case .metrics:
            SQLFragment("SELECT run_uuid, key, value, is_nan, timestamp, step FROM latest_metrics WHERE run_uuid IN (")
                + ids
        case .parameters: SQLFragment("SELECT run_uuid, key, value FROM params WHERE run_uuid IN (") + ids
        case .tags: SQLFragment("SELECT run_uuid, key, value FROM tags WHERE run_uuid IN (") + ids
        default: inputsQuery(ofRuns: ids)
        }
    }
}
