/// Credentials for an MLflow server. Never shown in messages.
public struct TrackingCredentials: Sendable, Hashable {
    enum Kind: Hashable {
        case token(String)
        case password(user: String, String)
    }

    let kind: Kind

    /// A token, sent as `Authorization: Bearer`; what `MLFLOW_TRACKING_TOKEN` holds for MLflow's own clients.
    public static func token(_ token: String) -> TrackingCredentials { TrackingCredentials(kind: .token(token)) }

    /// Basic authentication; what `MLFLOW_TRACKING_USERNAME` and `MLFLOW_TRACKING_PASSWORD` hold for MLflow's own clients.
    public static func user(_ user: String, password: String) -> TrackingCredentials {
        TrackingCredentials(kind: .password(user: user, password))
    }
}

extension TrackingCredentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The kind only.
    public var description: String {
        switch kind {
        case .token: "a token"
        case .password(let user, _): "user \(user) with a password"
        }
    }

    /// The kind only.
    public var debugDescription: String { description }

    /// Nothing inside is shown.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
