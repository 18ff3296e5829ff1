import JSONText

extension RESTTrackingStore {
    package func createExperiment(
        named name: String, artifactLocation: String?, tags: [String: String]
    ) async throws -> ExperimentRecord {
        let subject = "experiment '\(name)'"
        let start = Timestamp.now
        let artifactLocation = artifactLocation ?? newArtifactLocation()
        let call = ServerCall.send(
            "experiments/create",
            [
                "name": .string(name), "artifact_location": artifactLocation.map(JSONValue.string),
                "tags": tags.isEmpty ? nil : .entries(tags),
            ], about: subject)
        let response = try await server.retrying(subject) { isRepeated in
            let outcome = try await server.attempt(call)
            guard isRepeated, case .failure(let error) = outcome, error.code == .alreadyExists,
                let made = try await experiment(named: name), made.tags == tags,
                artifactLocation == nil || made.artifactLocation == artifactLocation,
                Self.isRecent(made.creationTime, since: start)
            else { return outcome }
            return .response(["experiment_id": .string(made.id)])
        }
        return try await experiment(id: try read(response, about: subject) { try $0.text("experiment_id") })
    }

    /// Whether something may have been created by a call that began at `start`; clocks may differ by minutes.
    static func isRecent(_ time: Timestamp?, since start: Timestamp) -> Bool {
        (time?.millisecondsSince1970 ?? 0) >= start.millisecondsSince1970 - 600_000
    }

    package func experiment(id: String) async throws -> ExperimentRecord {
        let subject = "experiment \(id)"
        let response = try await server.call(.get("experiments/get", [("experiment_id", id)], about: subject))
        return try read(response, about: subject) { try ExperimentRecord($0.object("experiment")) }
    }

    package func experiment(named name: String) async throws -> ExperimentRecord? {
        let subject = "experiment '\(name)'"
        do {
            let response = try await server.call(
                .get("experiments/get-by-name", [("experiment_name", name)], about: subject))
            return try read(response, about: subject) { try ExperimentRecord($0.object("experiment")) }
        } catch let error as TrackingError where error.code == .notFound {
            return nil
        }
    }

    package func searchExperiments(_ query: EntityQuery) async throws -> Page<ExperimentRecord> {
        let response = try await server.call(
            .send(
                "experiments/search",
                [
                    "max_results": JSONValue(Int64(query.pageSize)),
                    "filter": .string(try FilterPrinter.experiments.text(query.filter)),
                    "order_by": try FilterPrinter.experiments.order(query.orderBy).json,
                    "view_type": .string(query.view.serverName), "page_token": query.pageToken.map(JSONValue.string),
                ], about: "experiments"))
        return try page(response, "experiments", about: "experiments", ExperimentRecord.init)
    }

    package func renameExperiment(id: String, to name: String) async throws {
        do {
            try await server.call(
                .send(
                    "experiments/update", ["experiment_id": .string(id), "new_name": .string(name)],
                    about: "experiment \(id)"))
        } catch let error as TrackingError where error.code == .invalidValue {
            // For a name that is taken, MLflow passes on its database's error.
            if let other = try? await experiment(named: name), other.id != id {
                throw TrackingError(.alreadyExists, "experiment '\(name)'", "there is one with this name")
            }
            throw await diagnosed(error, experiment: id)
        }
    }

    package func setLifecycleStage(_ stage: LifecycleStage, ofExperiment id: String) async throws {
        let subject = "experiment \(id)"
        let call = ServerCall.send(
            stage == .deleted ? "experiments/delete" : "experiments/restore", ["experiment_id": .string(id)],
            about: subject)
        _ = try await server.retrying(subject) { isRepeated -> ServerOutcome<JSONValue> in
            let outcome = try await server.attempt(call)
            guard case .failure(let error) = outcome, error.code == .invalidValue || error.code == .notFound,
                let record = try? await experiment(id: id), record.lifecycleStage == stage
            else { return outcome }
            if isRepeated { return .response(.null) }
            return .failure(TrackingError(.invalidState, subject, "is \(stage.rawValue) already"))
        }
    }

    package func setTag(_ key: String, _ value: String, ofExperiment id: String) async throws {
        try await mutate(
            experiment: id,
            .send(
                "experiments/set-experiment-tag",
                ["experiment_id": .string(id), "key": .string(key), "value": .string(value)], about: "experiment \(id)")
        )
    }

    package func deleteTag(_ key: String, ofExperiment id: String) async throws {
        try await mutate(
            experiment: id,
            .send(
                "experiments/delete-experiment-tag", ["experiment_id": .string(id), "key": .string(key)],
                about: "experiment \(id)", doneAlready: [.notFound]))
    }

    private func mutate(experiment id: String, _ call: ServerCall) async throws {
        do {
            try await server.call(call)
        } catch let error as TrackingError where error.code == .invalidValue {
            throw await diagnosed(error, experiment: id)
        }
    }

    /// MLflow refuses to change what is deleted with the code of a bad value.
    func diagnosed(_ error: TrackingError, experiment id: String) async -> TrackingError {
        guard let record = try? await experiment(id: id), record.lifecycleStage == .deleted else { return error }
        return TrackingError(.invalidState, "experiment '\(record.name)'", "is deleted; restore it first")
    }
}

extension ExperimentRecord {
    /// From an experiment of a response.
    init(_ json: JSONValue) throws(JSONValue.Mismatch) {
        self.init(
            id: try json.text("experiment_id"), name: try json.text("name"),
            artifactLocation: try json.optionalText("artifact_location") ?? "",
            lifecycleStage: try LifecycleStage(json), creationTime: try json.optionalTimestamp("creation_time"),
            lastUpdateTime: try json.optionalTimestamp("last_update_time"), tags: try json.entries("tags"))
    }
}

extension LifecycleStage {
    init(_ json: JSONValue) throws(JSONValue.Mismatch) {
        self = LifecycleStage(rawValue: try json.optionalText("lifecycle_stage") ?? "") ?? .active
    }
}
