import HTTPTransport

extension S3ObjectStore {
    /// The largest object that one request copies.
    private static let maximumCopy: Int64 = 5 << 30

    /// Copies on the server, objects over 5 GiB part by part.
    public func copy(from source: ObjectKey, to destination: ObjectKey) async throws {
        let original = try await head(source)
        if source == destination { return }
        guard original.size <= Self.maximumCopy else { return try await copyInParts(original, to: destination) }
        var request = S3Request("PUT", destination)
        request.headers = client.newObjectHeaders(destination)
        for field in copyHeaders(source).fields { request.headers.add(field.name, field.value) }
        let response = try await send(request) { try S3Upload.checkResult($0) }
        try response.check(location: location(response.status == 404 ? source : destination))
    }

    /// The source of a copy.
    func copyHeaders(_ source: ObjectKey) -> TransportHeaders {
        var headers = client.customerKeyHeaders(prefix: "x-amz-copy-source-")
        headers["x-amz-copy-source"] = "/\(bucket)/\(PercentEncoding.path(source.path))"
        return headers
    }

    /// Copies in parts; only the largest objects need it.
    package func copyInParts(
        _ source: ObjectMetadata, to destination: ObjectKey, partSize: Int64 = 1 << 30
    ) async throws {
        // A single request copies these by itself.
        let upload = try await S3Upload.start(destination, store: self, attributes: attributes(of: source))
        do {
            let ranges = stride(from: 0, to: source.size, by: Int(partSize)).map {
                $0..<min(source.size, $0 + partSize)
            }
            let parts = try await withThrowingTaskGroup(of: S3Upload.Part.self) { group in
                var parts: [S3Upload.Part] = []
                for (index, range) in ranges.enumerated() {
                    if index >= client.configuration.concurrentParts, let part = try await group.next() {
                        parts.append(part)
                    }
                    group.addTask { try await upload.copy(range, of: source, number: index + 1) }
                }
                for try await part in group { parts.append(part) }
                return parts.sorted { $0.number < $1.number }
            }
            try await upload.complete(parts)
        } catch {
            await upload.abort()
            throw error
        }
    }
}
