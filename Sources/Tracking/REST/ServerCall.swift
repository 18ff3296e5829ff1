import JSONText

/// One request of MLflow's REST API.
struct ServerCall: Sendable {
    var method: String
    /// Below `/api/2.0/mlflow/`, such as `runs/create`.
    var path: String
    var query: [(name: String, value: String)] = []
    var body: JSONValue?
    /// What the request is about, for messages: a run, experiment or model by name.
    var subject: String
    /// Refusals that mean that an earlier attempt, whose response was lost, has done the work.
    var doneAlready: Set<TrackingError.Code> = []

    /// Whether it changes what is stored.
    var isChange: Bool { method != "GET" && !path.hasSuffix("/search") }

    static func get(_ path: String, _ query: [(String, String?)], about subject: String) -> ServerCall {
        ServerCall(
            method: "GET", path: path, query: query.compactMap { name, value in value.map { (name, $0) } },
            subject: subject)
    }

    /// - Parameter members: those that are nil are left out.
    static func send(
        _ path: String, _ members: [String: JSONValue?], by method: String = "POST", about subject: String,
        doneAlready: Set<TrackingError.Code> = []
    ) -> ServerCall {
        ServerCall(
            method: method, path: path, body: .object(present: members), subject: subject, doneAlready: doneAlready)
    }
}
