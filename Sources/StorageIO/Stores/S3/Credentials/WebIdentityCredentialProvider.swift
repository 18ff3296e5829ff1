import Essentials
import HTTPTransport

/// Exchanges a token that the platform writes to a file, as Kubernetes does, for credentials of a role (AWS Security Token
/// Service API Reference, `AssumeRoleWithWebIdentity`).
struct WebIdentityCredentialProvider: CredentialProvider {
    let roleARN: String
    let tokenFile: String
    let sessionName: String
    /// `https://sts.amazonaws.com`, or another one.
    let endpoint: String
    let http: any HTTPSending

    func credentials() async throws -> AWSCredentials? {
        // Read each time: the platform replaces the token before it expires.
        guard let token = try? String(contentsOfFile: tokenFile, encoding: .utf8) else {
            throw CredentialError(source: tokenFile, message: "the web identity token cannot be read")
        }
        return try await SecurityTokenService(endpoint: endpoint, roleARN: roleARN, http: http).credentials(
            [
                (name: "Action", value: "AssumeRoleWithWebIdentity"), (name: "Version", value: "2011-06-15"),
                (name: "RoleArn", value: roleARN), (name: "RoleSessionName", value: sessionName),
                (name: "WebIdentityToken", value: token.trimmed),
            ], result: "AssumeRoleWithWebIdentityResult")
    }
}
