import Essentials
import HTTPTransport

/// Requests the credentials of a role (AWS Security Token Service API Reference).
struct SecurityTokenService: Sendable {
    static let contentType = "application/x-www-form-urlencoded; charset=utf-8"

    let endpoint: String
    /// For messages.
    let roleARN: String
    let http: any HTTPSending

    /// - Parameters:
    ///   - result: the name of the element that contains the credentials.
    ///   - headers: the header fields of a request, with its signature if it is signed.
    func credentials(
        _ form: [(name: String, value: String)], result: String,
        headers: (_ target: SignatureVersion4.Target, _ body: [UInt8]) -> TransportHeaders = { _, _ in
            ["Content-Type": contentType]
        }
    ) async throws -> AWSCredentials {
        guard let plain = URLUserInfo(endpoint), plain.user == nil, let parts = URLComponents(string: endpoint),
            let host = parts.encodedHost, let scheme = parts.scheme?.lowercased(), scheme == "https" || scheme == "http"
        else { throw CredentialError(source: roleARN, message: "the endpoint of STS is not of the form https://host") }
        let usualPort = scheme == "https" ? 443 : 80
        let authority = host + (parts.port.flatMap { $0 == usualPort ? nil : ":\($0)" } ?? "")
        let path = parts.percentEncodedPath.isEmpty ? "/" : parts.percentEncodedPath
        let body = Array(PercentEncoding.query(form).utf8)
        let target = SignatureVersion4.Target(method: "POST", host: authority, path: path)
        let request = TransportRequest(
            method: "POST", url: "\(scheme)://\(authority)\(path)", headers: headers(target, body),
            body: .bytes(body), totalTimeout: .seconds(30))
        let source = "\(scheme)://\(authority)\(path), \(roleARN)"
        let response = try await CredentialRequests(http: http, source: source).body(of: request) { body in
            let error = (try? XMLTree.parse(body))?["Error"]
            return [error?["Code"]?.text, error?["Message"]?.text].compactMap { $0 }.joined(separator: ": ")
        }
        guard let credentials = (try? XMLTree.parse(response))?[result]?["Credentials"],
            let accessKeyID = credentials["AccessKeyId"]?.text, let secret = credentials["SecretAccessKey"]?.text
        else { throw CredentialError(source: source, message: "the response has no credentials") }
        return AWSCredentials(
            accessKeyID: accessKeyID, secretAccessKey: secret, sessionToken: credentials["SessionToken"]?.text,
            expiration: credentials["Expiration"].flatMap { UTCTime(iso8601: $0.text)?.date })
    }
}
