/// A source of credentials.
public protocol CredentialProvider: Sendable {
    /// Credentials that are valid now; nil when this source has none.
    /// - Throws: ``CredentialError`` when the source has some that cannot be used or obtained.
    func credentials() async throws -> AWSCredentials?

    /// Called when a server refused credentials as expired. The default implementation does nothing.
    func forget(_ credentials: AWSCredentials) async
}

extension CredentialProvider {
    /// Nothing.
    public func forget(_ credentials: AWSCredentials) async {}
}

/// Why a source of credentials fails. Its message holds no secret.
public struct CredentialError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file, variable or URL.
    public let source: String
    /// What is wrong with it.
    public let message: String

    /// A failure of a source.
    public init(source: String, message: String) {
        self.source = source
        self.message = message
    }

    /// Source and message in one line.
    public var description: String { "credentials from \(source): \(message)" }
}

/// Always the same credentials.
public struct StaticCredentialProvider: CredentialProvider {
    private let known: AWSCredentials

    /// A provider of these credentials.
    public init(_ credentials: AWSCredentials) { known = credentials }

    /// The given credentials.
    public func credentials() async throws -> AWSCredentials? { known }
}

/// The first source that has any.
public struct CredentialProviderChain: CredentialProvider {
    private let providers: [any CredentialProvider]

    /// A chain of sources in this order.
    public init(_ providers: [any CredentialProvider]) { self.providers = providers }

    /// The credentials of the first source that has any.
    public func credentials() async throws -> AWSCredentials? {
        for provider in providers {
            if let found = try await provider.credentials() { return found }
        }
        return nil
    }
}
