/// Who signs requests. No description, reflection or dump of it shows a secret.
public struct AWSCredentials: Sendable, Hashable {
    /// The key's name, which is no secret.
    public var accessKeyID: String
    /// What requests are signed with.
    public var secretAccessKey: String
    /// Given together with keys that are valid for a while.
    public var sessionToken: String?
    /// When they stop being valid, in seconds since 1970-01-01T00:00:00Z; nil for never.
    public var expiration: Double?

    /// A pair of keys, and what belongs to it.
    public init(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil, expiration: Double? = nil) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
        self.expiration = expiration
    }
}

extension AWSCredentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The key's name alone.
    public var description: String { "AWSCredentials(\(accessKeyID))" }
    /// The key's name alone.
    public var debugDescription: String { description }
    /// The key's name alone.
    public var customMirror: Mirror { Mirror(self, children: ["accessKeyID": accessKeyID]) }
}
