/// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`.
public struct EnvironmentCredentialProvider: CredentialProvider {
    private let accessKeyID: String?
    private let secretAccessKey: String?
    private let sessionToken: String?

    /// - Parameter environment: The environment variables, as from `ProcessInfo`.
    public init(_ environment: [String: String]) {
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        accessKeyID = value("AWS_ACCESS_KEY_ID")
        secretAccessKey = value("AWS_SECRET_ACCESS_KEY")
        sessionToken = value("AWS_SESSION_TOKEN")
    }

    /// nil without `AWS_ACCESS_KEY_ID`.
    /// - Throws: ``CredentialError`` when only half of the pair is set.
    public func credentials() async throws -> AWSCredentials? {
        guard let accessKeyID else { return nil }
        guard let secretAccessKey else {
            throw CredentialError(
                source: "the environment", message: "AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not")
        }
        return AWSCredentials(
            accessKeyID: accessKeyID, secretAccessKey: secretAccessKey, sessionToken: sessionToken)
    }
}

extension EnvironmentCredentialProvider: CustomStringConvertible, CustomReflectable {
    /// Without secrets.
    public var description: String { "EnvironmentCredentialProvider(\(accessKeyID ?? "none"))" }
    /// Without secrets.
    public var customMirror: Mirror { Mirror(self, children: ["accessKeyID": accessKeyID as Any]) }
}
