import HTTPTransport

extension S3ObjectStore {
    /// Passes on the bytes of an object, or of a range of it, over one connection. When it is lost, another request
    /// continues with the bytes that are missing, of the same version.
    public func stream(
        _ key: ObjectKey, range: Range<Int64>?, matching entityTag: String?,
        to receive: ChunkReceiver
    ) async throws {
        try Task.checkCancellation()
        if let range, range.isEmpty || range.lowerBound < 0 {
            // A request cannot have an empty range.
            try await check(range, key, matching: entityTag)
        } else {
            let end = try await receiveRange(key, range, matching: entityTag, to: receive)
            try await check(end, of: range, key)
        }
    }

    /// How receiving a range has ended.
    private struct RangeEnd {
        let response: S3Response
        let position: Int64
        let version: String?
    }

    private func receiveRange(
        _ key: ObjectKey, _ range: Range<Int64>?, matching entityTag: String?,
        to receive: ChunkReceiver
    ) async throws -> RangeEnd {
        var position = range?.lowerBound ?? 0, version = entityTag
        let response = try await client.stream(location: location(key)) {
            var request = readRequest(key, matching: version)
            request.headers["Range"] = Self.rangeField(position, end: range?.upperBound)
            return request
        } receive: { response in
            version = version ?? Self.strongTag(response.head.headers)
            let size = Self.objectSize(response.head)
            if let size { _ = try (position..<max(position, size)).withinObject(ofSize: size, location: location(key)) }
            // Nil if neither the caller nor the server says where the bytes end.
            let end = [range?.upperBound, size].compactMap(\.self).min()
            // A server without support for ranges sends the object from its first byte.
            var toSkip = response.status == 206 ? 0 : position
            do {
                for try await chunk in response.body {
                    let skipped = min(toSkip, Int64(chunk.count))
                    toSkip -= skipped
                    let wanted = min(Int64(chunk.count) - skipped, (end ?? .max) - position)
                    guard wanted > 0 else { continue }
                    let isWhole = wanted == Int64(chunk.count)
                    try await receive(isWhole ? chunk : Array(chunk[Int(skipped)..<Int(skipped + wanted)]))
                    position += wanted
                }
            } catch let error as HTTPTransportError where error.isTransient && position == end {
                return
            }
            guard position == end ?? position else {
                throw HTTPTransportError(
                    .connectionLost, method: "GET", url: location(key),
                    message: "the response ended \((end ?? position) - position) bytes early")
            }
        }
        return RangeEnd(response: response, position: position, version: version)
    }

    private func check(_ end: RangeEnd, of range: Range<Int64>?, _ key: ObjectKey) async throws {
        let start = range?.lowerBound ?? 0
        switch end.response.status {
        case 412: throw modified(end.response, key, expected: end.version)
        case 416 where end.position == start:
            // The range starts at the end, or past it.
            try await check(start..<start, key, matching: end.version)
        case 416: throw end.response.failure(location: location(key), code: .modified)
        default: try end.response.check(location: location(key))
        }
    }

    /// - Throws: ``ObjectStoreError/Code/invalidRange`` when the range does not start within the object or at its end.
    private func check(_ range: Range<Int64>, _ key: ObjectKey, matching entityTag: String?) async throws {
        _ = try range.withinObject(ofSize: try await head(key, matching: entityTag).size, location: location(key))
    }

    /// A range in the form of a header field; nil for the whole object.
    private static func rangeField(_ start: Int64, end: Int64?) -> String? {
        guard let end, end <= maximumObjectSize else { return start == 0 ? nil : "bytes=\(start)-" }
        return "bytes=\(start)-\(end - 1)"
    }

    /// The entity tag with which a request for the rest can be made: weak ones match nothing.
    private static func strongTag(_ headers: TransportHeaders) -> String? {
        headers["ETag"].flatMap { $0.startsWithBytes(of: "W/") ? nil : unquoted($0) }
    }

    /// The size of the whole object, if the response has it.
    private static func objectSize(_ head: TransportResponseHead) -> Int64? {
        head.status == 206
            ? head.headers["Content-Range"]?.split(separator: "/").last.flatMap { Int64($0) }
            : head.headers["Content-Length"].flatMap { Int64($0) }
    }
}
