import JSONText

extension RESTTrackingStore {
    /// The server assigns ids, and a lost response would leave a run behind whose id nobody knows. So a run is created
    /// with a unique tag. Before a second attempt, and again after it, the run is searched for by that tag, since the
    /// server may still have been working on the first request.
    package func createRun(_ creation: RunCreation) async throws -> RunRecord {
        let subject = "run '\(creation.name)'"
        let token = creation.token ?? Identifier.random()
        // A caller with a token may have made the request before.
        var mayExist = creation.token != nil
        let call = Self.call(creation, token: token, about: subject)
        let made = try await server.retrying(subject) { isRepeated in
            mayExist = mayExist || isRepeated
            if mayExist, let found = try await runs(madeWith: token, in: creation.experimentID).first {
                return .response(found)
            }
            return try await server.attempt(call).map { response in
                try read(response, about: subject) { try RunRecord($0.object("run")) }
            }
        } diagnose: { error in
            error.code == .invalidValue ? await diagnosed(error, experiment: creation.experimentID) : error
        }
        guard mayExist else { return made }
        let all = try await runs(madeWith: token, in: creation.experimentID)
        for duplicate in all.dropFirst() where duplicate.lifecycleStage == .active {
            try await setLifecycleStage(.deleted, ofRun: duplicate.id)
        }
        return all.first ?? made
    }

    private static func call(_ creation: RunCreation, token: String, about subject: String) -> ServerCall {
        var tags = creation.tags
        tags[creationTokenTag] = token
        return .send(
            "runs/create",
            [
                "experiment_id": .string(creation.experimentID), "user_id": .string(creation.userID),
                "run_name": .string(creation.name), "start_time": JSONValue(creation.startTime), "tags": .entries(tags),
            ], about: subject)
    }

    /// The runs of a token, active ones first, so that all callers agree on the first.
    private func runs(madeWith token: String, in experimentID: String) async throws -> [RunRecord] {
        var filter: SearchFilter = ""
        filter.fragments = [.text("tags.`\(Self.creationTokenTag)` = "), .string(token)]
        var query = RunQuery(experimentIDs: [experimentID], filter: filter)
        query.orderBy = ["run_id"]
        query.view = .all
        let found = try await searchRuns(query).elements
        return found.filter { $0.lifecycleStage == .active } + found.filter { $0.lifecycleStage != .active }
    }
}
