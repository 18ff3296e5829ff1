import HTTPTransport
import Logging

extension S3ObjectStore: AttributePreserving {
    private static let metadataPrefix = "x-amz-meta-"

    /// Header fields, user-defined metadata and tags. Tags that may not be read are left out.
    public func attributes(of object: ObjectMetadata) async throws -> ObjectAttributes {
        let response = try await headResponse(object.key, matching: object.entityTag)
        if response.status == 412 { throw modified(response, object.key, expected: object.entityTag) }
        try response.check(location: location(object.key))
        var attributes = ObjectAttributes()
        attributes.contentType = response.headers["Content-Type"]
        attributes.contentEncoding = response.headers["Content-Encoding"].flatMap(Self.storedEncoding)
        attributes.contentLanguage = response.headers["Content-Language"]
        attributes.contentDisposition = response.headers["Content-Disposition"]
        attributes.cacheControl = response.headers["Cache-Control"]
        attributes.expires = response.headers["Expires"]
        for field in response.headers.fields {
            let name = field.name.lowercased()
            guard name.utf8.starts(with: Self.metadataPrefix.utf8), name != Self.writerHeader else { continue }
            attributes.metadata[String(name.dropFirst(Self.metadataPrefix.count))] = field.value
        }
        // Not every server reports their number; getting them costs a request.
        if response.headers["x-amz-tagging-count"] != "0" { attributes.tags = try await tags(of: object.key) }
        return attributes
    }

    /// None if the server has no tags, or refuses: the object itself may still be copied.
    private func tags(of key: ObjectKey) async throws -> [String: String] {
        var request = S3Request("GET", key)
        request.query = [(name: "tagging", value: "")]
        let response = try await send(request)
        guard response.isSuccess else {
            if S3ServerError(response.response).code == "AccessDenied" {
                client.logger.notice(
                    "tags may not be read, and are not copied", metadata: ["location": "\(location(key))"])
            }
            return [:]
        }
        // Servers without tags respond with the object itself.
        guard let tree = try? XMLTree.parse(response.body) else { return [:] }
        var tags: [String: String] = [:]
        for tag in tree["TagSet"]?.all("Tag") ?? [] {
            if let name = tag["Key"]?.text { tags[name] = tag["Value"]?.text ?? "" }
        }
        return tags
    }

    /// Without `aws-chunked`, which only describes how the bytes were uploaded.
    private static func storedEncoding(_ value: String) -> String? {
        let names = value.split(separator: ",").map { $0.drop { $0 == " " } }.filter { !$0.hasPrefix("aws-chunked") }
        return names.isEmpty ? nil : names.joined(separator: ", ")
    }
}

extension S3Client {
    /// The header fields of a new object.
    /// - Parameter attributes: those of the object that is copied.
    func newObjectHeaders(_ key: ObjectKey, _ attributes: ObjectAttributes?) -> TransportHeaders {
        var headers = newObjectHeaders(key)
        guard let attributes else { return headers }
        if let type = attributes.contentType { headers["Content-Type"] = type }
        headers["Content-Encoding"] = attributes.contentEncoding
        headers["Content-Language"] = attributes.contentLanguage
        headers["Content-Disposition"] = attributes.contentDisposition
        headers["Cache-Control"] = attributes.cacheControl
        headers["Expires"] = attributes.expires
        for (name, value) in attributes.metadata { headers["x-amz-meta-\(name)"] = value }
        if !attributes.tags.isEmpty {
            headers["x-amz-tagging"] = PercentEncoding.query(attributes.tags.map { (name: $0.key, value: $0.value) })
        }
        return headers
    }
}
