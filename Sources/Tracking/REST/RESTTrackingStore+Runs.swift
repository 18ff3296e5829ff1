import JSONText

extension RESTTrackingStore {
    package func run(id: String) async throws -> RunRecord {
        let subject = "run \(id)"
        let response = try await server.call(.get("runs/get", [("run_uuid", id), ("run_id", id)], about: subject))
        return try read(response, about: subject) { try RunRecord($0.object("run")) }
    }

    package func updateRun(id: String, status: RunStatus?, endTime: Timestamp?, name: String?) async throws {
        try await mutate(
            run: id,
            .send(
                "runs/update",
                [
                    "run_uuid": .string(id), "run_id": .string(id), "status": status.map { .string($0.rawValue) },
                    "end_time": endTime.map { JSONValue($0) }, "run_name": name.map(JSONValue.string),
                ], about: "run \(id)"))
    }

    package func log(_ inputs: [DatasetInput], toRun id: String) async throws {
        guard !inputs.isEmpty else { return }
        try await mutate(
            run: id,
            .send(
                "runs/log-inputs", ["run_id": .string(id), "datasets": .array(inputs.map(\.json))], about: "run \(id)"))
    }

    package func deleteTag(_ key: String, ofRun id: String) async throws {
        try await mutate(
            run: id,
            .send(
                "runs/delete-tag", ["run_id": .string(id), "key": .string(key)], about: "run \(id)",
                doneAlready: [.notFound]))
    }

    package func setLifecycleStage(_ stage: LifecycleStage, ofRun id: String) async throws {
        try await server.call(
            .send(stage == .deleted ? "runs/delete" : "runs/restore", ["run_id": .string(id)], about: "run \(id)"))
    }

    package func searchRuns(_ query: RunQuery) async throws -> Page<RunRecord> {
        let filter = try FilterPrinter.runs.text(query.filter)
        let order = try FilterPrinter.runs.order(query.orderBy)
        let ids = if let ids = query.experimentIDs { ids } else { try await allExperiments() }
        guard !ids.isEmpty else { return Page(elements: [], nextPageToken: nil) }
        let response = try await server.call(
            .send(
                "runs/search",
                [
                    "experiment_ids": ids.json, "run_view_type": .string(query.view.serverName),
                    "filter": .string(filter),
                    "max_results": JSONValue(Int64(query.pageSize)), "order_by": order.json,
                    "page_token": query.pageToken.map(JSONValue.string),
                ], about: "runs"))
        return try page(response, "runs", about: "runs") { json in
            var record = try RunRecord(json)
            record.keep(query.fields)
            return record
        }
    }

    /// MLflow searches the experiments that it is given.
    private func allExperiments() async throws -> [String] {
        var query = EntityQuery()
        query.view = .all
        var ids: [String] = []
        let pages = PagedResults(query, pageSize: query.pageSize) { try await self.searchExperiments($0) }.pages
        for try await page in pages { ids += page.map(\.id) }
        return ids
    }

    package func metricHistory(
        _ key: String, ofRun id: String, pageSize: Int, pageToken: String?
    ) async throws -> Page<Metric> {
        let response = try await server.call(
            .get(
                "metrics/get-history",
                [
                    ("run_uuid", id), ("metric_key", key), ("run_id", id),
                    ("max_results", String(min(pageSize, Self.longestHistoryPage))), ("page_token", pageToken),
                ], about: "run \(id)"))
        return try page(response, "metrics", about: "run \(id)", Metric.init)
    }

    /// What MLflow's own client requests.
    private static let longestHistoryPage = 25_000

    /// - Parameter parameters: those that the call was to log.
    func mutate(run id: String, parameters: [(key: String, value: String)] = [], _ call: ServerCall) async throws {
        do {
            try await server.call(call)
        } catch let error as TrackingError where error.code == .invalidValue {
            throw await diagnosed(error, run: id, parameters: parameters)
        }
    }

    /// MLflow has one code for bad values, deleted runs and parameters that would change.
    private func diagnosed(
        _ error: TrackingError, run id: String, parameters: [(key: String, value: String)]
    ) async -> TrackingError {
        guard let record = try? await run(id: id) else { return error }
        if record.lifecycleStage == .deleted {
            return TrackingError(.invalidState, "run \(id)", "is deleted; restore it first")
        }
        for (key, value) in parameters {
            if let earlier = record.parameters[key], earlier != value {
                return .changedParameter(key, of: id, from: earlier, to: value)
            }
        }
        return error
    }
}

extension DatasetInput {
    fileprivate var json: JSONValue {
        let dataset = JSONValue.object(present: [
            "name": .string(name), "digest": .string(digest), "source_type": .string(sourceType),
            "source": .string(source),
            "schema": schema.map(JSONValue.string), "profile": profile.map(JSONValue.string),
        ])
        return .object(present: ["tags": allTags.isEmpty ? nil : .entries(allTags), "dataset": dataset])
    }

    fileprivate init(_ json: JSONValue) throws(JSONValue.Mismatch) {
        let dataset = try json.object("dataset")
        self.init(
            name: try dataset.text("name"), digest: try dataset.optionalText("digest") ?? "",
            sourceType: try dataset.optionalText("source_type") ?? "", source: try dataset.optionalText("source") ?? "",
            schema: try dataset.optionalText("schema"), profile: try dataset.optionalText("profile"),
            allTags: try json.entries("tags"))
    }
}

extension Metric {
    init(_ json: JSONValue) throws(JSONValue.Mismatch) {
        self.init(
            key: try json.text("key"), value: try json.number("value"), timestamp: try json.timestamp("timestamp"),
            step: try json.optionalInteger("step") ?? 0)
    }
}

extension RunRecord {
    /// From a run of a response.
    init(_ json: JSONValue) throws(JSONValue.Mismatch) {
        let info = try json.object("info")
        let data = try json.optionalObject("data") ?? [:]
        var metrics: [String: Metric] = [:]
        for element in try data.list("metrics") {
            let metric = try Metric(element)
            metrics[metric.key] = metric
        }
        var inputs: [DatasetInput] = []
        if let all = try json.optionalObject("inputs") {
            for element in try all.list("dataset_inputs") { inputs.append(try DatasetInput(element)) }
        }
        let tags = try data.entries("tags")
        let status = try info.optionalText("status") ?? ""
        guard let known = RunStatus(rawValue: status) else {
            throw JSONValue.Mismatch(name: "status", expected: "a known state: \(status)")
        }
        self.init(
            id: try info.text(info.optionalText("run_id") == nil ? "run_uuid" : "run_id"),
            experimentID: try info.text("experiment_id"),
            name: try info.optionalText("run_name") ?? tags[MLflowTag.runName] ?? "", status: known,
            startTime: try info.optionalTimestamp("start_time") ?? .epoch,
            endTime: try info.optionalTimestamp("end_time"),
            userID: try info.optionalText("user_id") ?? "", artifactURI: try info.optionalText("artifact_uri") ?? "",
            lifecycleStage: try LifecycleStage(info), metrics: metrics, parameters: try data.entries("params"),
            tags: tags, inputs: inputs.sorted { ($0.name, $0.digest) < ($1.name, $1.digest) })
    }

    /// Drops what was not requested: the server always sends everything.
    fileprivate mutating func keep(_ fields: RunFields) {
        if !fields.contains(.metrics) { metrics = [:] }
        if !fields.contains(.parameters) { parameters = [:] }
        if !fields.contains(.tags) { tags = [:] }
        if !fields.contains(.inputs) { inputs = [] }
    }
}
