import HTTPTransport

extension S3ObjectStore: RangeStreaming {
    /// A lost connection is followed by a request for the bytes that are missing.
    func stream(
        _ key: ObjectKey, range: Range<Int64>, matching entityTag: String?,
        to receive: (_ chunk: [UInt8]) async throws -> Void
    ) async throws {
        try Task.checkCancellation()
        var position = range.lowerBound
        let response = try await client.stream(location: location(key)) {
            var request = readRequest(key, matching: entityTag)
            request.headers["Range"] = "bytes=\(position)-\(range.upperBound - 1)"
            return request
        } receive: { response in
            // A server without support for ranges sends the object from its first byte.
            var toSkip = response.status == 206 ? 0 : position
            do {
                for try await chunk in response.body {
                    let start = min(toSkip, Int64(chunk.count))
                    toSkip -= start
                    let wanted = min(Int64(chunk.count) - start, range.upperBound - position)
                    guard wanted > 0 else { continue }
                    let isWhole = wanted == Int64(chunk.count)
                    try await receive(isWhole ? chunk : Array(chunk[Int(start)..<Int(start + wanted)]))
                    position += wanted
                }
            } catch let error as HTTPTransportError where error.isTransient && position == range.upperBound {
                return
            }
            guard position == range.upperBound else {
                throw HTTPTransportError(
                    .connectionLost, method: "GET", url: location(key),
                    message: "the response ended \(range.upperBound - position) bytes early")
            }
        }
        switch response.status {
        case 412: throw modified(response, key, expected: entityTag)
        case 416: throw response.failure(location: location(key), code: .modified)
        default: try response.check(location: location(key))
        }
    }
}
