import HTTPTransport

extension S3ObjectStore {
    /// The entity tag, if it is a sum of the content: not with keys of a customer or a key management service, and not
    /// for parts of different sizes.
    public func checksum(of object: ObjectMetadata) async throws -> StoredChecksum? {
        guard let tag = object.entityTag else { return nil }
        let halves = tag.split(separator: "-", omittingEmptySubsequences: false)
        guard Digests.bytes(hexadecimal: String(halves[0]))?.count == 16, halves.count <= 2 else { return nil }
        let parts = halves.count == 2 ? Int64(halves[1]) : nil
        guard halves.count == 1 || parts != nil else { return nil }
        let response = try await headResponse(
            object.key, matching: tag, query: parts == nil ? [] : [(name: "partNumber", value: "1")])
        if parts != nil, !response.isSuccess {
            // Servers without part numbers respond in many ways, such as with another tag for a part. A request without
            // the number tells whether the object is still the same.
            try await check(isStill: object)
            return nil
        }
        if response.status == 412 { throw response.failure(location: location(object.key), code: .modified) }
        try response.check(location: location(object.key))
        guard S3Client.hasDigestTag(response.headers) else { return nil }
        guard let parts else { return .md5(tag.lowercased()) }
        guard let partSize = response.headers["Content-Length"].flatMap({ Int64($0) }), partSize > 0,
            (object.size + partSize - 1) / partSize == parts
        else { return nil }
        return .md5OfParts(tag.lowercased(), partSize: partSize)
    }

    private func check(isStill object: ObjectMetadata) async throws {
        let response = try await headResponse(object.key, matching: object.entityTag)
        if response.status == 412 { throw response.failure(location: location(object.key), code: .modified) }
        try response.check(location: location(object.key))
    }
}
