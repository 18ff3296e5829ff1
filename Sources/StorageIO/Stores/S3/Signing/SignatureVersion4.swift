import Crypto
package import HTTPTransport

/// Signs requests for AWS (Signature Version 4: "Authenticating Requests", Amazon S3 API Reference).
///
/// Paths are signed as they are sent: S3 neither normalises nor encodes them a second time.
package struct SignatureVersion4: Sendable {
    package static let unsignedPayload = "UNSIGNED-PAYLOAD"
    package static let emptyPayload = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    private static let algorithm = "AWS4-HMAC-SHA256"

    private let credentials: AWSCredentials
    private let region: String
    private let service: String
    private let keys: SigningKeyCache

    /// The signed parts of a request.
    package struct Target: Sendable {
        package let method: String
        /// Host and, unless it is the scheme's default, port.
        package let host: String
        /// Percent-encoded, with a leading `/`.
        package let path: String
        /// Not encoded.
        package var query: [(name: String, value: String)]

        package init(method: String, host: String, path: String, query: [(name: String, value: String)] = []) {
            self.method = method
            self.host = host
            self.path = path
            self.query = query
        }
    }

    package init(
        credentials: AWSCredentials, region: String, service: String = "s3", keys: SigningKeyCache = SigningKeyCache()
    ) {
        self.credentials = credentials
        self.region = region
        self.service = service
        self.keys = keys
    }

    /// The header fields with those that authenticate the request.
    /// - Parameter payloadHash: SHA-256 of the body in hexadecimal, or ``unsignedPayload``.
    package func signedHeaders(
        _ headers: TransportHeaders, for target: Target, payloadHash: String, at time: UTCTime
    ) -> TransportHeaders {
        var headers = headers
        headers["x-amz-date"] = time.basic
        headers["x-amz-content-sha256"] = payloadHash
        headers["x-amz-security-token"] = credentials.sessionToken
        let fields = canonicalFields(headers, host: target.host)
        let signature = signature(of: target, fields: fields, payloadHash: payloadHash, at: time)
        let names = fields.map(\.name).joined(separator: ";")
        headers["Authorization"] =
            "\(Self.algorithm) Credential=\(credentials.accessKeyID)/\(scope(at: time)), "
            + "SignedHeaders=\(names), Signature=\(signature)"
        return headers
    }

    /// The query with parameters that authenticate the request for a limited time, for anyone who has the URL.
    package func presignedQuery(
        for target: Target, headers: TransportHeaders, expires: Int64, at time: UTCTime
    ) -> String {
        let fields = canonicalFields(headers, host: target.host)
        var target = target
        target.query += [
            ("X-Amz-Algorithm", Self.algorithm), ("X-Amz-Credential", "\(credentials.accessKeyID)/\(scope(at: time))"),
            ("X-Amz-Date", time.basic), ("X-Amz-Expires", String(expires)),
            ("X-Amz-SignedHeaders", fields.map(\.name).joined(separator: ";")),
        ]
        if let token = credentials.sessionToken { target.query.append(("X-Amz-Security-Token", token)) }
        let signature = signature(of: target, fields: fields, payloadHash: Self.unsignedPayload, at: time)
        return PercentEncoding.query(target.query) + "&X-Amz-Signature=" + signature
    }

    /// Names in lower case and sorted, values of one name joined, white space in them reduced.
    private func canonicalFields(_ headers: TransportHeaders, host: String) -> [(name: String, value: String)] {
        var values: [String: [String]] = ["host": [host]]
        for field in headers.fields {
            let name = field.name.lowercased()
            guard name != "authorization", name != "host" else { continue }
            let words = field.value.utf8.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }.map {
                Substring($0)
            }
            values[name, default: []].append(words.joined(separator: " "))
        }
        return values.map { (name: $0.key, value: $0.value.joined(separator: ",")) }.sorted { $0.name < $1.name }
    }

    private func signature(
        of target: Target, fields: [(name: String, value: String)], payloadHash: String, at time: UTCTime
    ) -> String {
        let canonicalRequest = [
            target.method, target.path, PercentEncoding.query(target.query),
            fields.map { "\($0.name):\($0.value)\n" }.joined(), fields.map(\.name).joined(separator: ";"), payloadHash,
        ].joined(separator: "\n")
        let text = [Self.algorithm, time.basic, scope(at: time), Digests.sha256(Array(canonicalRequest.utf8))]
            .joined(separator: "\n")
        let key = keys.key(secret: credentials.secretAccessKey, day: day(of: time), region: region, service: service)
        return Digests.hexadecimal(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key))
    }

    private func scope(at time: UTCTime) -> String { "\(day(of: time))/\(region)/\(service)/aws4_request" }

    private func day(of time: UTCTime) -> String { String(time.basic.prefix(8)) }
}
