import HTTPTransport
import Logging

extension S3ObjectStore: AttributeKeeping {
    private static let metadataPrefix = "x-amz-meta-"

    package func attributes(of object: ObjectMetadata) async throws -> ObjectAttributes {
        let answer = try await headAnswer(object.key, matching: object.entityTag)
        if answer.status == 412 { throw modified(answer, object.key, expected: object.entityTag) }
        try answer.check(location: location(object.key))
        var attributes = ObjectAttributes()
        attributes.contentType = answer.headers["Content-Type"]
        attributes.contentEncoding = answer.headers["Content-Encoding"].flatMap(Self.storedEncoding)
        attributes.contentLanguage = answer.headers["Content-Language"]
        attributes.contentDisposition = answer.headers["Content-Disposition"]
        attributes.cacheControl = answer.headers["Cache-Control"]
        attributes.expires = answer.headers["Expires"]
        for field in answer.headers.fields {
            let name = field.name.lowercased()
            guard name.utf8.starts(with: Self.metadataPrefix.utf8), name != Self.writerHeader else { continue }
            attributes.metadata[String(name.dropFirst(Self.metadataPrefix.count))] = field.value
        }
        // Not every server says how many there are; to ask costs a request.
        if answer.headers["x-amz-tagging-count"] != "0" { attributes.tags = try await tags(of: object.key) }
        return attributes
    }

    /// None where the server has no such thing, or does not tell us: the object itself may be copied all the same.
    private func tags(of key: ObjectKey) async throws -> [String: String] {
        var request = S3Request("GET", key)
        request.query = [(name: "tagging", value: "")]
        let answer = try await send(request)
        guard answer.isSuccess else {
            if S3ServerError(answer.response).code == "AccessDenied" {
                client.logger.notice(
                    "tags may not be read, and are not copied", metadata: ["location": "\(location(key))"])
            }
            return [:]
        }
        // Servers that do not know the question answer with the object itself.
        guard let tree = try? XMLTree.parse(answer.body) else { return [:] }
        var tags: [String: String] = [:]
        for tag in tree["TagSet"]?.all("Tag") ?? [] {
            if let name = tag["Key"]?.text { tags[name] = tag["Value"]?.text ?? "" }
        }
        return tags
    }

    /// Without what says how the bytes once came to the server.
    private static func storedEncoding(_ value: String) -> String? {
        let names = value.split(separator: ",").map { $0.drop { $0 == " " } }.filter { !$0.hasPrefix("aws-chunked") }
        return names.isEmpty ? nil : names.joined(separator: ", ")
    }
}

extension S3Client {
    /// What a new object is to be like.
    /// - Parameter attributes: those of the object that it is a copy of.
    func newObjectHeaders(_ key: ObjectKey, _ attributes: ObjectAttributes?) -> HTTPHeaders {
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
