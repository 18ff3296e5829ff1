extension SQLTrackingStore {
    private static let modelColumns =
        "registered_models.name, registered_models.description, registered_models.creation_time, "
        + "registered_models.last_updated_time"

    func createModel(named name: String, description: String?, tags: [String: String]) async throws -> RegisteredModel {
        try await database.write { session in
            try checkFree(session, model: name)
            let now = Timestamp.now
            try session.execute(
                "INSERT INTO registered_models (name, creation_time, last_updated_time, description) VALUES (?, ?, ?, ?)",
                [.text(name), SQLValue(now), SQLValue(now), SQLValue(description)])
            try session.execute(
                "INSERT INTO registered_model_tags (key, value, name) VALUES (?, ?, ?)",
                rows: tags.map { [.text($0.key), .text($0.value), .text(name)] })
            return try model(session, name)
        }
    }

    func model(named name: String) async throws -> RegisteredModel {
        try await database.read { session in try model(session, name) }
    }

    func searchModels(_ query: EntityQuery) async throws -> Page<RegisteredModel> {
        let conditions = try EntityFilterCompiler.models(query.filter)
        let order = try OrderClause.list(
            query.orderBy, in: .models,
            alsoBy: [
                "timestamp": "last_updated_time", "last_updated_timestamp": "last_updated_time",
                "creation_timestamp": "creation_time",
            ])
        let offset = try PageToken.offset(of: query.pageToken)
        var terms = order.map { "registered_models.\($0.key) \($0.isAscending ? "ASC" : "DESC")" }
        if !order.contains(where: { $0.key == "name" }) { terms.append("registered_models.name ASC") }
        var statement =
            SQLFragment("SELECT \(Self.modelColumns) FROM registered_models WHERE ")
            + notPrompt("registered_models") + SQLFragment(inWorkspace("registered_models"))
        for condition in conditions { statement = statement + SQLFragment(" AND ") + condition }
        statement =
            statement
            + SQLFragment(
                " ORDER BY \(terms.joined(separator: ", ")) LIMIT ? OFFSET ?",
                [.integer(Int64(query.pageSize) + 1), .integer(Int64(offset))])
        let complete = statement
        let found = try await database.read { session in try models(session, try session.query(complete)) }
        return Page(found, pageSize: query.pageSize, offset: offset)
    }

    /// References follow by `ON UPDATE CASCADE`, in the aliases' table of early revisions too.
    func renameModel(_ name: String, to newName: String) async throws {
        try await database.write { session in
            _ = try model(session, name)
            guard name != newName else { return }
            try checkFree(session, model: newName)
            let now = Timestamp.now
            try session.execute(
                "UPDATE model_versions SET last_updated_time = ? WHERE name = ?\(inWorkspace("model_versions"))",
                [SQLValue(now), .text(name)])
            try session.execute(
                """
                UPDATE registered_models SET name = ?, last_updated_time = ?
                WHERE name = ?\(inWorkspace("registered_models"))
                """, [.text(newName), SQLValue(now), .text(name)])
        }
    }

    func setDescription(_ description: String?, ofModel name: String) async throws {
        try await database.write { session in
            _ = try model(session, name)
            try session.execute(
                """
                UPDATE registered_models SET description = ?, last_updated_time = ?
                WHERE name = ?\(inWorkspace("registered_models"))
                """, [SQLValue(description), SQLValue(Timestamp.now), .text(name)])
        }
    }

    func deleteModel(named name: String) async throws {
        try await database.write { session in
            _ = try model(session, name)
            for table in [
                "model_version_tags", "model_versions", "registered_model_aliases", "registered_model_tags",
                "registered_models",
            ] {
                try session.execute("DELETE FROM \(table) WHERE name = ?\(inWorkspace(table))", [.text(name)])
            }
        }
    }

    func setTag(_ key: String, _ value: String, ofModel name: String) async throws {
        try await database.write { session in
            _ = try model(session, name)
            try upsert(session, table: "registered_model_tags", owner: modelOwner(name), key: key, value: value)
        }
    }

    func deleteTag(_ key: String, ofModel name: String) async throws {
        try await database.write { session in
            _ = try model(session, name)
            try session.execute(
                "DELETE FROM registered_model_tags WHERE name = ? AND key = ?\(inWorkspace("registered_model_tags"))",
                [.text(name), .text(key)])
        }
    }

    func setAlias(_ alias: String, ofModel name: String, version: Int) async throws {
        try await database.write { session in
            try checkExists(session, version: version, of: name)
            let changed = try session.execute(
                """
                UPDATE registered_model_aliases SET version = ?
                WHERE name = ? AND alias = ?\(inWorkspace("registered_model_aliases"))
                """, [.integer(Int64(version)), .text(name), .text(alias)])
            guard changed == 0 else { return }
            try session.execute(
                "INSERT INTO registered_model_aliases (alias, version, name) VALUES (?, ?, ?)",
                [.text(alias), .integer(Int64(version)), .text(name)])
        }
    }

    func deleteAlias(_ alias: String, ofModel name: String) async throws {
        try await database.write { session in
            _ = try model(session, name)
            try session.execute(
                """
                DELETE FROM registered_model_aliases
                WHERE name = ? AND alias = ?\(inWorkspace("registered_model_aliases"))
                """, [.text(name), .text(alias)])
        }
    }

    /// The columns that name a model, where an insert has to repeat the workspace that a search was bound to.
    func modelOwner(_ name: String) -> [(column: String, value: SQLValue)] {
        var owner: [(column: String, value: SQLValue)] = [("name", .text(name))]
        if database.hasWorkspaces { owner.append(("workspace", "default")) }
        return owner
    }

    /// Prompts live in the registry's tables too; MLflow marks them with a tag.
    func notPrompt(_ table: String) -> SQLFragment {
        SQLFragment(
            """
            NOT EXISTS (SELECT 1 FROM registered_model_tags WHERE registered_model_tags.name = \(table).name
            AND registered_model_tags.key = ? AND registered_model_tags.value = 'true'\(inWorkspace("registered_model_tags")))
            """, [.text(MLflowTag.isPrompt)])
    }

    private func checkFree(_ session: any SQLSession, model name: String) throws {
        let taken = try session.query(
            "SELECT 1 FROM registered_models WHERE name = ?\(inWorkspace("registered_models"))", [.text(name)])
        guard taken.isEmpty else {
            throw TrackingError(.alreadyExists, "model '\(name)'", "there is one with this name")
        }
    }

    func model(_ session: any SQLSession, _ name: String) throws -> RegisteredModel {
        let rows = try session.query(
            "SELECT \(Self.modelColumns) FROM registered_models WHERE name = ?\(inWorkspace("registered_models"))",
            [.text(name)])
        guard let model = try models(session, rows).first else {
            throw TrackingError(.notFound, "model '\(name)'", "no model has this name")
        }
        return model
    }

    private func models(_ session: any SQLSession, _ rows: [SQLRow]) throws -> [RegisteredModel] {
        var tags: [String: [String: String]] = [:]
        var aliases: [String: [String: Int]] = [:]
        for part in rows.parts(of: 500) {
            let names = SQLFragment.list(part.map { $0.values[0] })
            let found = try session.queries([
                SQLFragment("SELECT name, key, value FROM registered_model_tags WHERE name IN (") + names
                    + SQLFragment(")\(inWorkspace("registered_model_tags"))"),
                SQLFragment("SELECT name, alias, version FROM registered_model_aliases WHERE name IN (") + names
                    + SQLFragment(")\(inWorkspace("registered_model_aliases"))"),
            ])
            tags.merge(texts(found[0])) { first, _ in first }
            for row in found[1] { aliases[row.text(0), default: [:]][row.text(1)] = Int(row.integer(2)) }
        }
        return rows.map { row in
            RegisteredModel(
                name: row.text(0), description: row.optionalText(1), creationTime: row.timestamp(2),
                lastUpdatedTime: row.timestamp(3), tags: tags[row.text(0)] ?? [:], aliases: aliases[row.text(0)] ?? [:])
        }
    }
}
