extension SQLTrackingStore {
    private static let versionColumns =
        "model_versions.name, model_versions.version, model_versions.source, model_versions.run_id, "
        + "model_versions.description, model_versions.current_stage, model_versions.status, "
        + "model_versions.creation_time, model_versions.last_updated_time, model_versions.storage_location"
    /// MLflow's mark of deleted versions, whose numbers are never reused.
    private static let deletedStage = "Deleted_Internal"

    func createVersion(_ creation: ModelVersionCreation) async throws -> ModelVersion {
        try await database.write { session in
            _ = try model(session, creation.name)
            let highest = try session.query(
                "SELECT MAX(version) FROM model_versions WHERE name = ?\(inWorkspace("model_versions"))",
                [.text(creation.name)])
            let number = (highest.first?.integer(0) ?? 0) + 1
            let now = Timestamp.now
            try session.execute(
                """
                INSERT INTO model_versions (name, version, creation_time, last_updated_time, description, current_stage,
                source, storage_location, run_id, status) VALUES (?, ?, ?, ?, ?, 'None', ?, ?, ?, 'READY')
                """,
                [
                    .text(creation.name), .integer(number), SQLValue(now), SQLValue(now),
                    SQLValue(creation.description), .text(creation.source), .text(creation.source),
                    SQLValue(creation.runID),
                ])
            try session.execute(
                "INSERT INTO model_version_tags (key, value, name, version) VALUES (?, ?, ?, ?)",
                rows: creation.tags.map { [.text($0.key), .text($0.value), .text(creation.name), .integer(number)] })
            try touch(session, model: creation.name, now)
            return try version(session, Int(number), creation.name)
        }
    }

    func version(_ version: Int, ofModel name: String) async throws -> ModelVersion {
        try await database.read { session in try self.version(session, version, name) }
    }

    func version(alias: String, ofModel name: String) async throws -> ModelVersion {
        try await database.read { session in
            guard let number = try model(session, name).aliases[alias] else {
                throw TrackingError(.notFound, "model '\(name)'", "has no alias '\(alias)'")
            }
            return try version(session, number, name)
        }
    }

    func searchVersions(_ query: EntityQuery) async throws -> Page<ModelVersion> {
        let conditions = try EntityFilterCompiler.versions(query.filter)
        let order = try OrderClause.list(
            query.orderBy.isEmpty
                ? ["last_updated_timestamp DESC", "name ASC", "version_number DESC"] : query.orderBy,
            in: .versions,
            alsoBy: ["last_updated_timestamp": "last_updated_time", "creation_timestamp": "creation_time"])
        let offset = try PageToken.offset(of: query.pageToken)
        var terms = order.map { "model_versions.\($0.key) \($0.isAscending ? "ASC" : "DESC")" }
        if !order.contains(where: { $0.key == "name" }) { terms.append("model_versions.name ASC") }
        if !order.contains(where: { $0.key == "version" }) { terms.append("model_versions.version DESC") }
        var statement = SQLFragment(
            "SELECT \(Self.versionColumns) FROM model_versions WHERE model_versions.current_stage <> ?",
            [.text(Self.deletedStage)])
        statement = statement + SQLFragment("\(inWorkspace("model_versions")) AND ") + notPrompt("model_versions")
        for condition in conditions { statement = statement + SQLFragment(" AND ") + condition }
        statement =
            statement
            + SQLFragment(
                " ORDER BY \(terms.joined(separator: ", ")) LIMIT ? OFFSET ?",
                [.integer(Int64(query.pageSize) + 1), .integer(Int64(offset))])
        let complete = statement
        let found = try await database.read { session in try versions(session, try session.query(complete)) }
        return Page(found, pageSize: query.pageSize, offset: offset)
    }

    func setDescription(_ description: String?, ofVersion version: Int, model name: String) async throws {
        try await database.write { session in
            try checkExists(session, version: version, of: name)
            try session.execute(
                """
                UPDATE model_versions SET description = ?, last_updated_time = ?
                WHERE name = ? AND version = ?\(inWorkspace("model_versions"))
                """, [SQLValue(description), SQLValue(Timestamp.now), .text(name), .integer(Int64(version))])
        }
    }

    func setStage(_ stage: String, ofVersion version: Int, model name: String, archivingOthers: Bool) async throws {
        try await database.write { session in
            try checkExists(session, version: version, of: name)
            let now = Timestamp.now
            if archivingOthers {
                try session.execute(
                    """
                    UPDATE model_versions SET current_stage = 'Archived', last_updated_time = ?
                    WHERE name = ? AND version <> ? AND current_stage = ?\(inWorkspace("model_versions"))
                    """, [SQLValue(now), .text(name), .integer(Int64(version)), .text(stage)])
            }
            try session.execute(
                """
                UPDATE model_versions SET current_stage = ?, last_updated_time = ?
                WHERE name = ? AND version = ?\(inWorkspace("model_versions"))
                """, [.text(stage), SQLValue(now), .text(name), .integer(Int64(version))])
            try touch(session, model: name, now)
        }
    }

    /// The row stays, emptied, so that its number is not reused.
    func deleteVersion(_ version: Int, ofModel name: String) async throws {
        try await database.write { session in
            try checkExists(session, version: version, of: name)
            let now = Timestamp.now
            try session.execute(
                """
                DELETE FROM registered_model_aliases
                WHERE name = ? AND version = ?\(inWorkspace("registered_model_aliases"))
                """, [.text(name), .integer(Int64(version))])
            try session.execute(
                """
                UPDATE model_versions SET current_stage = ?, last_updated_time = ?, description = NULL, user_id = NULL,
                source = 'REDACTED-SOURCE-PATH', run_id = 'REDACTED-RUN-ID', run_link = 'REDACTED-RUN-LINK',
                status_message = NULL WHERE name = ? AND version = ?\(inWorkspace("model_versions"))
                """, [.text(Self.deletedStage), SQLValue(now), .text(name), .integer(Int64(version))])
            try touch(session, model: name, now)
        }
    }

    func setTag(_ key: String, _ value: String, ofVersion version: Int, model name: String) async throws {
        try await database.write { session in
            try checkExists(session, version: version, of: name)
            try upsert(
                session, table: "model_version_tags",
                owner: modelOwner(name) + [("version", .integer(Int64(version)))], key: key, value: value)
        }
    }

    func deleteTag(_ key: String, ofVersion version: Int, model name: String) async throws {
        try await database.write { session in
            try checkExists(session, version: version, of: name)
            try session.execute(
                """
                DELETE FROM model_version_tags
                WHERE name = ? AND version = ? AND key = ?\(inWorkspace("model_version_tags"))
                """, [.text(name), .integer(Int64(version)), .text(key)])
        }
    }

    func checkExists(_ session: any SQLSession, version: Int, of name: String) throws {
        _ = try self.version(session, version, name)
    }

    private func touch(_ session: any SQLSession, model name: String, _ now: Timestamp) throws {
        try session.execute(
            "UPDATE registered_models SET last_updated_time = ? WHERE name = ?\(inWorkspace("registered_models"))",
            [SQLValue(now), .text(name)])
    }

    private func version(_ session: any SQLSession, _ version: Int, _ name: String) throws -> ModelVersion {
        let rows = try session.query(
            """
            SELECT \(Self.versionColumns) FROM model_versions
            WHERE name = ? AND version = ? AND current_stage <> ?\(inWorkspace("model_versions"))
            """, [.text(name), .integer(Int64(version)), .text(Self.deletedStage)])
        guard let found = try versions(session, rows).first else {
            throw TrackingError(.notFound, "model '\(name)'", "has no version \(version)")
        }
        return found
    }

    private func versions(_ session: any SQLSession, _ rows: [SQLRow]) throws -> [ModelVersion] {
        struct Key: Hashable {
            let name: String
            let version: Int64
        }
        var tags: [Key: [String: String]] = [:]
        var aliases: [Key: [String]] = [:]
        for part in Array(Set(rows.map { $0.values[0] })).parts(of: 500) {
            let names = SQLFragment.list(Array(part))
            let foundTags = try session.query(
                SQLFragment("SELECT name, version, key, value FROM model_version_tags WHERE name IN (") + names
                    + SQLFragment(")\(inWorkspace("model_version_tags"))"))
            for row in foundTags {
                tags[Key(name: row.text(0), version: row.integer(1)), default: [:]][row.text(2)] = row.text(3)
            }
            let foundAliases = try session.query(
                SQLFragment("SELECT name, version, alias FROM registered_model_aliases WHERE name IN (") + names
                    + SQLFragment(")\(inWorkspace("registered_model_aliases"))"))
            for row in foundAliases {
                aliases[Key(name: row.text(0), version: row.integer(1)), default: []].append(row.text(2))
            }
        }
        return rows.map { row in
            let key = Key(name: row.text(0), version: row.integer(1))
            return ModelVersion(
                name: row.text(0), version: Int(row.integer(1)), source: row.text(2), runID: row.optionalText(3),
                description: row.optionalText(4), stage: row.text(5), status: row.text(6),
                creationTime: row.timestamp(7), lastUpdatedTime: row.timestamp(8), tags: tags[key] ?? [:],
                aliases: (aliases[key] ?? []).sorted(), storageLocation: row.optionalText(9))
        }
    }
}
