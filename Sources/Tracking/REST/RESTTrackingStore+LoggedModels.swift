import JSONText

extension RESTTrackingStore {
    /// Servers before MLflow 3 do not know the request, and have none.
    package func loggedModels(inExperiment id: String) async throws -> [LoggedModel] {
        try await PagedResults { token in
            let subject = "logged models of experiment \(id)"
            let response: JSONValue
            do {
                response = try await server.call(
                    .send(
                        "logged-models/search",
                        [
                            "experiment_ids": .array([.string(id)]), "max_results": JSONValue(50),
                            "page_token": token.map(JSONValue.string),
                        ], about: subject))
            } catch let error as TrackingError where error.code == .incompatibleServer && token == nil {
                return Page(elements: [], nextPageToken: nil)
            }
            return try page(response, "models", about: subject) { model in
                let info = try model.object("info")
                return LoggedModel(id: try info.text("model_id"), name: try info.optionalText("name") ?? "")
            }
        }.all()
    }
}
