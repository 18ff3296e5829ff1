import Essentials
import HTTPTransport

/// The role of a container, from the agent beside it: Amazon ECS, and EKS Pod Identity (AWS SDKs and Tools Reference Guide,
/// "Container credential provider").
struct ContainerCredentialProvider: CredentialProvider {
    /// The agent of Amazon ECS.
    private static let usualEndpoint = "http://169.254.170.2"
    /// Agents that may be contacted without TLS; others could be anyone's.
    private static let plainHosts = ["169.254.170.2", "169.254.170.23", "[fd00:ec2::23]", "localhost", "[::1]"]

    private let url: String
    private let token: String?
    private let tokenFile: String?
    private let http: any HTTPSending

    /// Nil if no variable names an agent.
    /// - Throws: ``CredentialError`` for an agent that must not be contacted.
    init?(environment: [String: String], http: any HTTPSending) throws {
        if let path = environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] {
            url = Self.usualEndpoint + (path.utf8.first == UInt8(ascii: "/") ? path : "/" + path)
        } else if let full = environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] {
            guard Self.mayBeAsked(full) else {
                throw CredentialError(
                    source: "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                    message: "is neither https nor the address of an agent on this machine")
            }
            url = full
        } else {
            return nil
        }
        token = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"]
        tokenFile = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"]
        self.http = http
    }

    func credentials() async throws -> AWSCredentials? {
        var headers: TransportHeaders = ["Accept": "application/json"]
        if let token = try authorization() { headers["Authorization"] = token }
        let source = HTTPTransportError.withoutSecrets(url)
        let request = TransportRequest(method: "GET", url: url, headers: headers, totalTimeout: .seconds(5))
        return try CredentialDocument.credentials(
            await CredentialRequests(http: http, source: source).body(of: request), source: source)
    }

    /// Read each time: the platform replaces the token before it expires.
    private func authorization() throws -> String? {
        guard let tokenFile else {
            return try token.map { try checked($0, source: "AWS_CONTAINER_AUTHORIZATION_TOKEN") }
        }
        guard let text = try? String(contentsOfFile: tokenFile, encoding: .utf8) else {
            throw CredentialError(source: tokenFile, message: "the authorization token cannot be read")
        }
        return try checked(text.trimmed, source: tokenFile)
    }

    private func checked(_ token: String, source: String) throws -> String {
        guard token.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) else {
            throw CredentialError(
                source: source, message: "the authorization token has characters that are not allowed in a header")
        }
        return token
    }

    private static func mayBeAsked(_ url: String) -> Bool {
        guard let plain = URLUserInfo(url), plain.user == nil, let parts = URLComponents(string: url),
            let host = parts.encodedHost?.lowercased()
        else { return false }
        switch parts.scheme?.lowercased() {
        case "https": return true
        case "http": return plainHosts.contains(host) || isLoopback(host)
        default: return false
        }
    }

    /// 127.0.0.0/8 as an IP address only: a name such as `127.example.org` could be anyone's.
    private static func isLoopback(_ host: String) -> Bool {
        let numbers = host.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return numbers.count == 4 && numbers[0].elementsEqual("127".utf8)
            && numbers.allSatisfy { $0.count <= 3 && !$0.isEmpty && $0.allSatisfy { (48...57).contains($0) } }
    }
}
