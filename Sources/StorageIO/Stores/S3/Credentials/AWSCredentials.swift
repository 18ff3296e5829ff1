/// Credentials that sign requests. No description, reflection or dump shows a secret.
public struct AWSCredentials: Sendable, Hashable {
    /// The key's name, which is not secret.
    public var accessKeyID: String
    /// The key that signs requests.
    public var secretAccessKey: String
    /// Comes with temporary keys.
    public var sessionToken: String?
    /// When they expire, in seconds since 1970-01-01T00:00:00Z; nil for never.
    public var expiration: Double?

    /// A pair of keys, with session token and expiry.
    public init(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil, expiration: Double? = nil) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
        self.expiration = expiration
    }
}

extension AWSCredentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Only the key's name.
    public var description: String { "AWSCredentials(\(accessKeyID))" }
    /// Only the key's name.
    public var debugDescription: String { description }
    /// Only the key's name.
    public var customMirror: Mirror { Mirror(self, children: ["accessKeyID": accessKeyID]) }
}
