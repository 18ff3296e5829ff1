import JSONText

extension RESTTrackingStore {
    package func createVersion(_ creation: ModelVersionCreation) async throws -> ModelVersion {
        let subject = "model '\(creation.name)'"
        // A version whose response was lost is found among those created from here on.
        let before = try await newestVersion(of: creation.name)
        let call = ServerCall.send(
            "model-versions/create",
            [
                "name": .string(creation.name), "source": .string(creation.source),
                "run_id": creation.runID.map(JSONValue.string),
                "description": creation.description.map(JSONValue.string),
                "tags": creation.tags.isEmpty ? nil : .entries(creation.tags),
            ], about: subject)
        return try await server.retrying(subject) { isRepeated in
            if isRepeated, let made = try await version(like: creation, after: before) { return .response(made) }
            return try await server.attempt(call).map { response in
                try read(response, about: subject) { try ModelVersion($0.object("model_version")) }
            }
        }
    }

    private func newestVersion(of name: String) async throws -> Int {
        var query = EntityQuery(filter: "name = \(name)")
        query.orderBy = ["version_number DESC"]
        query.pageSize = 1
        return try await searchVersions(query).elements.first?.version ?? 0
    }

    private func version(like creation: ModelVersionCreation, after number: Int) async throws -> ModelVersion? {
        var query = EntityQuery(filter: "name = \(creation.name) and version_number > \(number)")
        query.orderBy = ["version_number ASC"]
        return try await searchVersions(query).elements.first { version in
            version.source == creation.source && version.runID == creation.runID
                && version.description == creation.description && version.tags == creation.tags
        }
    }

    package func version(_ version: Int, ofModel name: String) async throws -> ModelVersion {
        let subject = "version \(version) of model '\(name)'"
        let response = try await server.call(
            .get("model-versions/get", [("name", name), ("version", String(version))], about: subject))
        return try await located(read(response, about: subject) { try ModelVersion($0.object("model_version")) })
    }

    package func version(alias: String, ofModel name: String) async throws -> ModelVersion {
        let subject = "alias '\(alias)' of model '\(name)'"
        do {
            let response = try await server.call(
                .get("registered-models/alias", [("name", name), ("alias", alias)], about: subject))
            return try await located(read(response, about: subject) { try ModelVersion($0.object("model_version")) })
        } catch let error as TrackingError where error.code == .invalidValue {
            // MLflow's code for an alias that does not exist.
            throw TrackingError(.notFound, "model '\(name)'", "has no alias '\(alias)'")
        }
    }

    /// Asks where the files are when the source is a reference, which only the server can follow.
    private func located(_ version: ModelVersion) async throws -> ModelVersion {
        guard version.source.utf8.starts(with: "models:".utf8) else { return version }
        let subject = "version \(version.version) of model '\(version.name)'"
        let response = try await server.call(
            .get(
                "model-versions/get-download-uri",
                [("name", version.name), ("version", String(version.version))], about: subject))
        var located = version
        located.storageLocation = try read(response, about: subject) { try $0.optionalText("artifact_uri") }
        return located
    }

    package func searchVersions(_ query: EntityQuery) async throws -> Page<ModelVersion> {
        let order = try FilterPrinter.versions.order(
            query.orderBy,
            alsoBy: [
                "last_updated_timestamp": "last_updated_timestamp", "creation_timestamp": "creation_timestamp",
            ])
        let response = try await server.call(
            ServerCall(
                method: "GET", path: "model-versions/search",
                query: Self.searchParameters(
                    filter: try FilterPrinter.versions.text(query.filter), order: order, pageSize: query.pageSize,
                    pageToken: query.pageToken),
                subject: "model versions"))
        return try page(response, "model_versions", about: "model versions", ModelVersion.init)
    }

    package func setDescription(_ description: String?, ofVersion version: Int, model name: String) async throws {
        try await change(
            "PATCH", "model-versions/update", version, name, ["description": .string(description ?? "")])
    }

    package func setStage(
        _ stage: String, ofVersion version: Int, model name: String, archivingOthers: Bool
    ) async throws {
        try await change(
            "POST", "model-versions/transition-stage", version, name,
            ["stage": .string(stage), "archive_existing_versions": .boolean(archivingOthers)])
    }

    package func deleteVersion(_ version: Int, ofModel name: String) async throws {
        try await change("DELETE", "model-versions/delete", version, name, [:], doneAlready: [.notFound])
    }

    package func setTag(_ key: String, _ value: String, ofVersion version: Int, model name: String) async throws {
        try await change(
            "POST", "model-versions/set-tag", version, name, ["key": .string(key), "value": .string(value)])
    }

    package func deleteTag(_ key: String, ofVersion version: Int, model name: String) async throws {
        try await change("DELETE", "model-versions/delete-tag", version, name, ["key": .string(key)])
    }

    private func change(
        _ method: String, _ path: String, _ version: Int, _ name: String, _ members: [String: JSONValue],
        doneAlready: Set<TrackingError.Code> = []
    ) async throws {
        var members: [String: JSONValue?] = members
        members["name"] = .string(name)
        members["version"] = .string(String(version))
        try await server.call(
            .send(
                path, members, by: method, about: "version \(version) of model '\(name)'", doneAlready: doneAlready))
    }
}

extension ModelVersion {
    /// From a model version of a response.
    init(_ json: JSONValue) throws(JSONValue.Mismatch) {
        let aliases = try json.list("aliases").map { alias throws(JSONValue.Mismatch) in
            guard case .string(let text) = alias else {
                throw JSONValue.Mismatch(name: "aliases", expected: "a list of texts")
            }
            return text
        }
        let created = try json.optionalTimestamp("creation_timestamp") ?? .epoch
        self.init(
            name: try json.text("name"), version: Int(try json.integer("version")),
            source: try json.optionalText("source") ?? "", runID: try json.presentText("run_id"),
            description: try json.presentText("description"), stage: try json.optionalText("current_stage") ?? "None",
            status: try json.optionalText("status") ?? "READY", creationTime: created,
            lastUpdatedTime: try json.optionalTimestamp("last_updated_timestamp") ?? created,
            tags: try json.entries("tags"), aliases: aliases.sorted(), storageLocation: nil)
    }
}
