import HTTPTransport

extension S3Client {
    /// The header fields of a new object.
    func newObjectHeaders(_ key: ObjectKey) -> TransportHeaders {
        var headers = customerKeyHeaders()
        headers["Content-Type"] = Self.contentType(key)
        headers["x-amz-storage-class"] = configuration.storageClass
        switch configuration.encryption {
        case .aes256: headers["x-amz-server-side-encryption"] = "AES256"
        case .kms(let keyID):
            headers["x-amz-server-side-encryption"] = "aws:kms"
            headers["x-amz-server-side-encryption-aws-kms-key-id"] = keyID
        case .bucketDefault, .customerKey: break
        }
        return headers
    }

    /// The key without which the server can neither write nor read.
    /// - Parameter prefix: `x-amz-copy-source-` for the source of a copy.
    func customerKeyHeaders(prefix: String = "x-amz-") -> TransportHeaders {
        guard case .customerKey(let key) = configuration.encryption else { return [:] }
        return [
            "\(prefix)server-side-encryption-customer-algorithm": "AES256",
            "\(prefix)server-side-encryption-customer-key": Digests.base64(key.bytes),
            "\(prefix)server-side-encryption-customer-key-MD5": Digests.base64(Digests.md5(key.bytes)),
        ]
    }

    /// Whether the entity tag of a response's object is an MD5 sum: not if it is encrypted with other keys than the
    /// store's own (Amazon S3 API Reference, "Object", ETag).
    static func hasDigestTag(_ headers: TransportHeaders) -> Bool {
        headers["x-amz-server-side-encryption-customer-algorithm"] == nil
            && headers["x-amz-server-side-encryption"].map { $0 == "AES256" } ?? true
    }

    private static func contentType(_ key: ObjectKey) -> String {
        let ending = key.name.split(separator: ".").last.map { $0.lowercased() } ?? ""
        return switch ending {
        case "csv": "text/csv"
        case "htm", "html": "text/html"
        case "json": "application/json"
        case "md": "text/markdown"
        case "parquet": "application/vnd.apache.parquet"
        case "png": "image/png"
        case "svg": "image/svg+xml"
        case "txt": "text/plain"
        case "xml": "application/xml"
        case "yaml", "yml": "application/yaml"
        default: "application/octet-stream"
        }
    }
}
