extension SQLTrackingStore {
    private static let columns =
        "experiments.experiment_id, experiments.name, experiments.artifact_location, experiments.lifecycle_stage, "
        + "experiments.creation_time, experiments.last_update_time"

    func createExperiment(named name: String, artifactLocation: String?, tags: [String: String]) async throws
        -> ExperimentRecord
    {
        try await database.write { session in
            let taken = try session.query(
                "SELECT 1 FROM experiments WHERE name = ?\(inWorkspace("experiments"))", [.text(name)])
            guard taken.isEmpty else {
                throw TrackingError(.alreadyExists, "experiment '\(name)'", "there is one with this name")
            }
            let now = Timestamp.now
            let created = try session.query(
                """
                INSERT INTO experiments (name, artifact_location, lifecycle_stage, creation_time, last_update_time)
                VALUES (?, ?, 'active', ?, ?) RETURNING experiment_id
                """, [.text(name), SQLValue(artifactLocation), SQLValue(now), SQLValue(now)])
            let id = created[0].integer(0)
            if artifactLocation == nil {
                try session.execute(
                    "UPDATE experiments SET artifact_location = ? WHERE experiment_id = ?",
                    [.text(ArtifactPath.join(artifactRoot, String(id))), .integer(id)])
            }
            for (key, value) in tags {
                try session.execute(
                    "INSERT INTO experiment_tags (key, value, experiment_id) VALUES (?, ?, ?)",
                    [.text(key), .text(value), .integer(id)])
            }
            return try experiment(session, id: String(id))
        }
    }

    func experiment(id: String) async throws -> ExperimentRecord {
        try await database.read { session in try experiment(session, id: id) }
    }

    func experiment(named name: String) async throws -> ExperimentRecord? {
        try await database.read { session in
            let rows = try session.query(
                "SELECT \(Self.columns) FROM experiments WHERE name = ?\(inWorkspace("experiments"))", [.text(name)])
            return try records(session, rows).first
        }
    }

    func searchExperiments(_ query: EntityQuery) async throws -> Page<ExperimentRecord> {
        let conditions = try EntityFilterCompiler.experiments(query.filter)
        let order = try OrderClause.list(query.orderBy, in: .experiments)
        let offset = try PageToken.offset(of: query.pageToken)
        var sort = order.map { "experiments.\($0.key) \($0.isAscending ? "ASC" : "DESC")" }
        if order.isEmpty { sort.append("experiments.creation_time DESC") }
        if !order.contains(where: { $0.key == "experiment_id" }) {
            sort.append("experiments.experiment_id \(order.isEmpty ? "ASC" : "DESC")")
        }
        let stages = query.view.stages.map { SQLValue.text($0.rawValue) }
        var statement = SQLFragment("SELECT \(Self.columns) FROM experiments WHERE experiments.lifecycle_stage IN (")
        statement = statement + .list(stages) + SQLFragment(")\(inWorkspace("experiments"))")
        for condition in conditions { statement = statement + SQLFragment(" AND ") + condition }
        statement =
            statement
            + SQLFragment(
                " ORDER BY \(sort.joined(separator: ", ")) LIMIT ? OFFSET ?",
                [.integer(Int64(query.pageSize) + 1), .integer(Int64(offset))])
        let complete = statement
        let found = try await database.read { session in try records(session, try session.query(complete)) }
        return Page(found, pageSize: query.pageSize, offset: offset)
    }

    func renameExperiment(id: String, to name: String) async throws {
        try await database.write { session in
            try activeExperiment(session, id: id)
            let taken = try session.query(
                "SELECT 1 FROM experiments WHERE name = ? AND experiment_id <> ?\(inWorkspace("experiments"))",
                [.text(name), try Self.number(ofExperiment: id)])
            guard taken.isEmpty else {
                throw TrackingError(.alreadyExists, "experiment '\(name)'", "there is one with this name")
            }
            try session.execute(
                "UPDATE experiments SET name = ?, last_update_time = ? WHERE experiment_id = ?",
                [.text(name), SQLValue(Timestamp.now), try Self.number(ofExperiment: id)])
        }
    }

    func setLifecycleStage(_ stage: LifecycleStage, ofExperiment id: String) async throws {
        try await database.write { session in
            let number = try Self.number(ofExperiment: id)
            guard try experiment(session, id: id).lifecycleStage != stage else {
                throw TrackingError(.invalidState, "experiment \(id)", "is \(stage.rawValue) already")
            }
            let now = Timestamp.now
            try session.execute(
                "UPDATE experiments SET lifecycle_stage = ?, last_update_time = ? WHERE experiment_id = ?",
                [.text(stage.rawValue), SQLValue(now), number])
            try session.execute(
                "UPDATE runs SET lifecycle_stage = ?, deleted_time = ? WHERE experiment_id = ?",
                [.text(stage.rawValue), stage == .deleted ? SQLValue(now) : .null, number])
        }
    }

    func setTag(_ key: String, _ value: String, ofExperiment id: String) async throws {
        try await database.write { session in
            try activeExperiment(session, id: id)
            try upsert(
                session, table: "experiment_tags", owner: [("experiment_id", try Self.number(ofExperiment: id))],
                key: key, value: value)
        }
    }

    func deleteTag(_ key: String, ofExperiment id: String) async throws {
        try await database.write { session in
            try activeExperiment(session, id: id)
            let removed = try session.execute(
                "DELETE FROM experiment_tags WHERE experiment_id = ? AND key = ?",
                [try Self.number(ofExperiment: id), .text(key)])
            guard removed > 0 else { throw TrackingError(.notFound, "experiment \(id)", "has no tag '\(key)'") }
        }
    }

    @discardableResult
    func activeExperiment(_ session: any SQLSession, id: String) throws -> ExperimentRecord {
        let record = try experiment(session, id: id)
        guard record.lifecycleStage == .active else {
            throw TrackingError(.invalidState, "experiment '\(record.name)'", "is deleted; restore it first")
        }
        return record
    }

    private func experiment(_ session: any SQLSession, id: String) throws -> ExperimentRecord {
        let rows = try session.query(
            "SELECT \(Self.columns) FROM experiments WHERE experiment_id = ?\(inWorkspace("experiments"))",
            [try Self.number(ofExperiment: id)])
        guard let record = try records(session, rows).first else {
            throw TrackingError(.notFound, "experiment \(id)", "no experiment has this id")
        }
        return record
    }

    static func number(ofExperiment id: String) throws(TrackingError) -> SQLValue {
        guard let number = Int64(id) else {
            throw TrackingError(.invalidValue, "experiment id '\(id)'", "is not a whole number")
        }
        return .integer(number)
    }

    private func records(_ session: any SQLSession, _ rows: [SQLRow]) throws -> [ExperimentRecord] {
        var tags: [String: [String: String]] = [:]
        for part in rows.parts(of: 500) {
            let found = try texts(
                session,
                SQLFragment("SELECT experiment_id, key, value FROM experiment_tags WHERE experiment_id IN (")
                    + .list(part.map { $0.values[0] }) + SQLFragment(")"))
            tags.merge(found) { first, _ in first }
        }
        return rows.map { row in
            ExperimentRecord(
                id: row.text(0), name: row.text(1), artifactLocation: row.text(2),
                lifecycleStage: LifecycleStage(rawValue: row.text(3)) ?? .active,
                creationTime: row.optionalTimestamp(4), lastUpdateTime: row.optionalTimestamp(5),
                tags: tags[row.text(0)] ?? [:])
        }
    }
}
