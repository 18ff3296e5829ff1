import Essentials
import HTTPTransport

/// A role that other credentials may assume: `role_arn` with `source_profile` or `credential_source` of a profile (AWS
/// Security Token Service API Reference, `AssumeRole`).
struct AssumeRoleCredentialProvider: CredentialProvider {
    let roleARN: String
    /// The credentials that assume it.
    let source: any CredentialProvider
    let sessionName: String
    var externalID: String?
    var duration: String?
    /// `https://sts.REGION.amazonaws.com`, or another one.
    let endpoint: String
    let region: String
    let http: any HTTPSending
    var now = UTCTime.systemClock

    func credentials() async throws -> AWSCredentials? {
        guard let own = try await source.credentials() else {
            throw CredentialError(source: roleARN, message: "there are no credentials to assume the role")
        }
        var form = [
            (name: "Action", value: "AssumeRole"), (name: "Version", value: "2011-06-15"),
            (name: "RoleArn", value: roleARN), (name: "RoleSessionName", value: sessionName),
        ]
        if let externalID { form.append((name: "ExternalId", value: externalID)) }
        if let duration { form.append((name: "DurationSeconds", value: duration)) }
        return try await SecurityTokenService(endpoint: endpoint, roleARN: roleARN, http: http).credentials(
            form, result: "AssumeRoleResult"
        ) { target, body in
            SignatureVersion4(credentials: own, region: region, service: "sts").signedHeaders(
                ["Content-Type": SecurityTokenService.contentType], for: target, payloadHash: Digests.sha256(body),
                at: UTCTime(seconds: Int64(now())))
        }
    }

    func forget(_ credentials: AWSCredentials) async {
        if let own = try? await source.credentials() { await source.forget(own) }
    }
}
