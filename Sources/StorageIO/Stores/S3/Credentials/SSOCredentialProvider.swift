import Crypto
import Essentials
import HTTPTransport

/// A role, by the token that `aws sso login` has cached (AWS SDKs and Tools Reference Guide, "IAM Identity Center
/// credential provider").
struct SSOCredentialProvider: CredentialProvider {
    private struct Token: Decodable {
        let accessToken: String
        let expiresAt: String
    }

    private struct Response: Decodable {
        struct Credentials: Decodable {
            let accessKeyId: String
            let secretAccessKey: String
            let sessionToken: String?
            /// Milliseconds since 1970.
            let expiration: Double?
        }

        let roleCredentials: Credentials
    }

    private let profile: String
    private let accountID: String
    private let roleName: String
    private let cacheFile: String
    private let endpoint: String
    private let http: any HTTPSending
    private let now: @Sendable () -> Double

    /// Nil for a profile without such an account and role.
    /// - Throws: ``CredentialError`` for a profile with incomplete settings.
    init?(
        profile: AWSProfile, environment: [String: String], endpoint: String?, http: any HTTPSending,
        now: @escaping @Sendable () -> Double = UTCTime.systemClock
    ) throws {
        guard let accountID = profile.value("sso_account_id"), let roleName = profile.value("sso_role_name") else {
            return nil
        }
        let session = profile.value("sso_session")
        let startURL = profile.value("sso_start_url", ofSession: session)
        guard let region = profile.value("sso_region", ofSession: session), let key = session ?? startURL else {
            throw CredentialError(
                source: "profile \(profile.name)",
                message: "has sso_account_id, but no session with sso_region and sso_start_url")
        }
        let name = Digests.hexadecimal(Insecure.SHA1.hash(data: Array(key.utf8)))
        cacheFile = "\(environment["HOME"] ?? "")/.aws/sso/cache/\(name).json"
        self.endpoint = endpoint ?? "https://portal.sso.\(region).\(S3Address.awsDomain(region: region))"
        self.profile = profile.name
        self.accountID = accountID
        self.roleName = roleName
        self.http = http
        self.now = now
    }

    func credentials() async throws -> AWSCredentials? {
        let advice = "run 'aws sso login --profile \(profile)'"
        guard let data = FileManager.default.contents(atPath: cacheFile),
            let token = try? JSONDecoder().decode(Token.self, from: data)
        else { throw CredentialError(source: cacheFile, message: "there is no token; \(advice)") }
        // Earlier versions of the AWS CLI write `UTC` for `Z`.
        let expiry = UTCTime(iso8601: token.expiresAt.replacing("UTC", with: "Z"))
        guard let expiry, Double(expiry.seconds) > now() else {
            throw CredentialError(source: cacheFile, message: "the token has expired; \(advice)")
        }
        let query = PercentEncoding.query([
            (name: "account_id", value: accountID), (name: "role_name", value: roleName),
        ])
        let base = endpoint.utf8.last == UInt8(ascii: "/") ? String(endpoint.dropLast()) : endpoint
        let request = TransportRequest(
            method: "GET", url: "\(base)/federation/credentials?\(query)",
            headers: ["x-amz-sso_bearer_token": token.accessToken], totalTimeout: .seconds(30))
        let source = "\(base), role \(roleName)"
        let body = try await CredentialRequests(http: http, source: source).body(of: request)
        guard let response = try? JSONDecoder().decode(Response.self, from: Data(body)).roleCredentials else {
            throw CredentialError(source: source, message: "the response has no credentials")
        }
        return AWSCredentials(
            accessKeyID: response.accessKeyId, secretAccessKey: response.secretAccessKey,
            sessionToken: response.sessionToken,
            expiration: response.expiration.map { Date(timeIntervalSince1970: $0 / 1000) })
    }
}
