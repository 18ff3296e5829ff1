public import Essentials

/// Credentials that sign requests. No description, reflection or dump shows a secret.
public struct AWSCredentials: Sendable, Hashable {
    /// The key's name, which is not secret.
    public var accessKeyID: String
    /// The key that signs requests.
    public var secretAccessKey: String
    /// Comes with temporary keys.
    public var sessionToken: String?
    /// When they expire; nil for never.
    public var expiration: Date?

    /// A pair of keys, with session token and expiry.
    public init(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil, expiration: Date? = nil) {
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
