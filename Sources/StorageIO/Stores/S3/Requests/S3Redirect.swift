import Essentials
import HTTPTransport

/// The endpoint of one request.
struct S3Endpoint: Sendable, Hashable {
    /// `https` or `http`.
    var scheme: String
    /// Host, and port if it is not the scheme's default.
    var host: String
    /// Percent-encoded.
    var path: String

    init(scheme: String, host: String, path: String) {
        self.scheme = scheme
        self.host = host
        self.path = path
    }

    /// The target of a redirect; nil for other responses, and for a target without TLS if the request had TLS.
    init?(redirect response: TransportResponse, from scheme: String) {
        guard [301, 302, 307, 308].contains(response.status), let location = response.headers["Location"],
            let plain = URLUserInfo(location), plain.user == nil, let parts = URLComponents(string: plain.url),
            let target = parts.scheme?.lowercased(), target == "https" || target == scheme && target == "http",
            let host = parts.encodedHost?.lowercased(), !host.isEmpty
        else { return nil }
        let usualPort = target == "https" ? 443 : 80
        self.init(
            scheme: target, host: host + (parts.port.flatMap { $0 == usualPort ? nil : ":\($0)" } ?? ""),
            path: parts.percentEncodedPath.isEmpty ? "/" : parts.percentEncodedPath)
    }

    var url: String { "\(scheme)://\(host)\(path)" }

    /// The region in the name of a host of AWS: `bucket.s3.eu-west-1.amazonaws.com`, `s3.dualstack.eu-west-1.…`,
    /// `bucket.s3-eu-west-1.…`. Nil for other hosts, and for those without a region.
    static func region(ofHost host: String) -> String? {
        let labels = host.lowercased().utf8.prefix { $0 != UInt8(ascii: ":") }
            .split(separator: UInt8(ascii: ".")).map { String(decoding: $0, as: UTF8.self) }
        guard let domain = labels.lastIndex(of: "amazonaws"), labels[domain...].dropFirst().first == "com", domain > 0
        else { return nil }
        let name = labels[domain - 1]
        if let service = labels[..<domain].lastIndex(where: { $0 == "s3" || $0 == "s3-fips" }) {
            return service < domain - 1 && name != "dualstack" ? name : nil
        }
        let isOld = name.utf8.starts(with: "s3-".utf8) && name != "s3-accelerate" && name != "s3-external-1"
        return isOld ? String(name.dropFirst(3)) : nil
    }
}
