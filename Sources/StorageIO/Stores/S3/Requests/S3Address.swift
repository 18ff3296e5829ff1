import Essentials
import HTTPTransport

/// Where requests to a bucket go.
struct S3Address: Sendable {
    let bucket: String
    /// `https` or `http`.
    let scheme: String
    private let endpointHost: String?
    private let basePath: String
    private let addressing: S3Configuration.Addressing

    /// - Throws: ``ObjectStoreError/Code/invalidURL`` for an invalid bucket or endpoint.
    init(bucket: String, configuration: S3Configuration) throws(ObjectStoreError) {
        guard (3...255).contains(bucket.utf8.count), bucket.utf8.allSatisfy(Self.isBucketByte), bucket != "..." else {
            throw ObjectStoreError(
                .invalidURL, location: "s3://\(bucket)/",
                message: "a bucket's name has 3 to 255 letters, digits, '.', '-' and '_'")
        }
        self.bucket = bucket
        addressing = configuration.addressing
        guard let endpoint = configuration.endpoint else {
            (scheme, endpointHost, basePath) = ("https", nil, "")
            return
        }
        guard let plain = URLUserInfo(endpoint), plain.user == nil, let parts = URLComponents(string: plain.url),
            let scheme = parts.scheme?.lowercased(), scheme == "https" || scheme == "http", let host = parts.host,
            !host.isEmpty,
            parts.query == nil, parts.fragment == nil
        else {
            throw ObjectStoreError(
                .invalidURL, location: "s3://\(bucket)/",
                message: "the endpoint is not of the form https://host or http://host:port")
        }
        self.scheme = scheme
        let usualPort = scheme == "https" ? 443 : 80
        let port = parts.port.flatMap { $0 == usualPort ? nil : ":\($0)" } ?? ""
        endpointHost = host.lowercased() + port
        basePath =
            parts.percentEncodedPath.hasSuffix("/")
            ? String(parts.percentEncodedPath.dropLast()) : parts.percentEncodedPath
    }

    /// Host, and port if it is not the scheme's default.
    func host(region: String) -> String {
        let host = endpointHost ?? "s3.\(region).\(Self.awsDomain(region: region))"
        return usesVirtualHost ? "\(bucket).\(host)" : host
    }

    /// The percent-encoded path of a key, or of the bucket.
    func path(key: String?) -> String {
        let start = usesVirtualHost ? basePath : "\(basePath)/\(bucket)"
        guard let key else { return usesVirtualHost ? start + "/" : start }
        return "\(start)/\(PercentEncoding.path(key))"
    }

    private var usesVirtualHost: Bool {
        switch addressing {
        case .path: false
        case .virtualHost: true
        case .automatic:
            // Certificates for *.host are not valid for names with further dots.
            (endpointHost == nil || endpointHost == "storage.yandexcloud.net")
                && !(scheme == "https" && bucket.contains("."))
                && bucket.utf8.count <= 63 && bucket.allSatisfy { !$0.isUppercase && $0 != "_" }
        }
    }

    static func awsDomain(region: String) -> String {
        region.hasPrefix("cn-") ? "amazonaws.com.cn" : "amazonaws.com"
    }

    private static func isBucketByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
