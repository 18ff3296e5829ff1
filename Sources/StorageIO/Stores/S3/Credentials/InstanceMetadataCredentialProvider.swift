import HTTPTransport

/// The role of the virtual machine, from its metadata service with a session token (IMDSv2, Amazon EC2 User Guide).
///
/// Only used on explicit request: elsewhere nothing responds at its address. Each request has a timeout of a second,
/// and there are no retries.
struct InstanceMetadataCredentialProvider: CredentialProvider {
    static let usualEndpoint = "http://169.254.169.254"
    private static let roles = "/latest/meta-data/iam/security-credentials/"

    var endpoint = Self.usualEndpoint
    let http: any HTTPSending

    func credentials() async throws -> AWSCredentials? {
        do {
            guard
                let token = try await ask(
                    "PUT", "/latest/api/token", ["X-aws-ec2-metadata-token-ttl-seconds": "21600"])
            else { return nil }
            let headers: TransportHeaders = ["X-aws-ec2-metadata-token": String(decoding: token, as: UTF8.self)]
            guard let roles = try await ask("GET", Self.roles, headers),
                let role = String(decoding: roles, as: UTF8.self).split(whereSeparator: \.isNewline).first
            else { return nil }
            let body = try await ask("GET", Self.roles + PercentEncoding.path(String(role)), headers)
            return try CredentialDocument.credentials(body ?? [], source: endpoint)
        } catch is HTTPTransportError {
            // Not on such a virtual machine.
            return nil
        }
    }

    /// nil if there is no role, or the service is another cloud's.
    private func ask(_ method: String, _ path: String, _ headers: TransportHeaders) async throws -> [UInt8]? {
        let request = TransportRequest(
            method: method, url: endpoint + path, headers: headers, totalTimeout: .seconds(1))
        let response = try await http.send(request, maximumBodyBytes: 1 << 16)
        if response.status == 404 { return nil }
        guard response.status == 200 else {
            throw CredentialError(source: endpoint, message: "\(path): status \(response.status)")
        }
        return response.body
    }
}
