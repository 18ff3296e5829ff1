import JSONText

extension RESTTrackingStore {
    package func createModel(
        named name: String, description: String?, tags: [String: String]
    ) async throws -> RegisteredModel {
        let subject = "model '\(name)'"
        let start = Timestamp.now
        let call = ServerCall.send(
            "registered-models/create",
            [
                "name": .string(name), "description": description.map(JSONValue.string),
                "tags": tags.isEmpty ? nil : .entries(tags),
            ], about: subject)
        return try await server.retrying(subject) { isRepeated in
            let outcome = try await server.attempt(call)
            if isRepeated, case .failure(let error) = outcome, error.code == .alreadyExists {
                let made = try await model(named: name)
                let isOurs = made.tags == tags && made.description == description
                if isOurs, Self.isRecent(made.creationTime, since: start) { return .response(made) }
            }
            return try outcome.map { response in
                try read(response, about: subject) { try RegisteredModel($0.object("registered_model")) }
            }
        }
    }

    package func model(named name: String) async throws -> RegisteredModel {
        let subject = "model '\(name)'"
        let response = try await server.call(.get("registered-models/get", [("name", name)], about: subject))
        return try read(response, about: subject) { try RegisteredModel($0.object("registered_model")) }
    }

    package func searchModels(_ query: EntityQuery) async throws -> Page<RegisteredModel> {
        let order = try FilterPrinter.models.order(
            query.orderBy,
            alsoBy: [
                "timestamp": "last_updated_timestamp", "last_updated_timestamp": "last_updated_timestamp",
                "creation_timestamp": "creation_timestamp",
            ])
        // MLflow keeps prompts among the models; its clients exclude them like this. It comes first, since a filter may
        // end with what must be last.
        let filter = try FilterPrinter.models.text(query.filter)
        let noPrompts = "tag.`\(MLflowTag.isPrompt)` != 'true'"
        let response = try await server.call(
            ServerCall(
                method: "GET", path: "registered-models/search",
                query: Self.searchParameters(
                    filter: filter.isEmpty ? noPrompts : "\(noPrompts) AND \(filter)", order: order,
                    pageSize: min(query.pageSize, 1000), pageToken: query.pageToken),
                subject: "models"))
        return try page(response, "registered_models", about: "models", RegisteredModel.init)
    }

    static func searchParameters(
        filter: String, order: [String], pageSize: Int, pageToken: String?
    ) -> [(name: String, value: String)] {
        [("filter", filter), ("max_results", String(pageSize))] + order.map { ("order_by", $0) }
            + (pageToken.map { [("page_token", $0)] } ?? [])
    }

    package func renameModel(_ name: String, to newName: String) async throws {
        guard name != newName else {
            _ = try await model(named: name)
            return
        }
        let subject = "model '\(name)'"
        let call = ServerCall.send(
            "registered-models/rename", ["name": .string(name), "new_name": .string(newName)], about: subject)
        _ = try await server.retrying(subject) { isRepeated -> ServerOutcome<JSONValue> in
            let outcome = try await server.attempt(call)
            if isRepeated, case .failure(let error) = outcome, error.code == .notFound,
                (try? await model(named: newName)) != nil
            {
                return .response(.null)
            }
            return outcome
        }
    }

    package func setDescription(_ description: String?, ofModel name: String) async throws {
        try await server.call(
            .send(
                "registered-models/update", ["name": .string(name), "description": .string(description ?? "")],
                by: "PATCH",
                about: "model '\(name)'"))
    }

    package func deleteModel(named name: String) async throws {
        try await server.call(
            .send(
                "registered-models/delete", ["name": .string(name)], by: "DELETE", about: "model '\(name)'",
                doneAlready: [.notFound]))
    }

    package func setTag(_ key: String, _ value: String, ofModel name: String) async throws {
        try await server.call(
            .send(
                "registered-models/set-tag", ["name": .string(name), "key": .string(key), "value": .string(value)],
                about: "model '\(name)'"))
    }

    package func deleteTag(_ key: String, ofModel name: String) async throws {
        try await server.call(
            .send(
                "registered-models/delete-tag", ["name": .string(name), "key": .string(key)], by: "DELETE",
                about: "model '\(name)'"))
    }

    package func setAlias(_ alias: String, ofModel name: String, version: Int) async throws {
        try await server.call(
            .send(
                "registered-models/alias",
                ["name": .string(name), "alias": .string(alias), "version": .string(String(version))],
                about: "model '\(name)'"))
    }

    package func deleteAlias(_ alias: String, ofModel name: String) async throws {
        try await server.call(
            .send(
                "registered-models/alias", ["name": .string(name), "alias": .string(alias)], by: "DELETE",
                about: "model '\(name)'"))
    }
}

extension RegisteredModel {
    /// From a registered model of a response.
    init(_ json: JSONValue) throws(JSONValue.Mismatch) {
        var aliases: [String: Int] = [:]
        for element in try json.list("aliases") {
            aliases[try element.text("alias")] = Int(try element.integer("version"))
        }
        let created = try json.optionalTimestamp("creation_timestamp") ?? .epoch
        self.init(
            name: try json.text("name"), description: try json.presentText("description"), creationTime: created,
            lastUpdatedTime: try json.optionalTimestamp("last_updated_timestamp") ?? created,
            tags: try json.entries("tags"), aliases: aliases)
    }
}

extension JSONValue {
    /// A text that counts as missing when it is empty.
    func presentText(_ name: String) throws(Mismatch) -> String? {
        let text = try optionalText(name) ?? ""
        return text.isEmpty ? nil : text
    }
}
