import Essentials
import HTTPTransport

extension S3ObjectStore {
    /// The largest object in S3.
    static let maximumObjectSize: Int64 = 5 << 40

    /// What is known about an object.
    public func head(_ key: ObjectKey) async throws -> ObjectMetadata { try await head(key, matching: nil) }

    /// The bytes of an object, or of a range of it.
    public func read(_ key: ObjectKey, range: Range<Int64>?, matching entityTag: String?) async throws -> [UInt8] {
        try Task.checkCancellation()
        if let range, range.isEmpty || range.lowerBound < 0 {
            // A request cannot have an empty range.
            _ = try range.withinObject(
                ofSize: try await head(key, matching: entityTag).size, location: location(key))
            return []
        }
        var request = readRequest(key, matching: entityTag)
        request.maximumResponse = .max
        if let range {
            let isToEnd = range.upperBound > Self.maximumObjectSize
            request.headers["Range"] = "bytes=\(range.lowerBound)-\(isToEnd ? "" : String(range.upperBound - 1))"
            if !isToEnd { request.maximumResponse = max(Int(range.upperBound - range.lowerBound), 1 << 20) }
        }
        let response = try await send(request) { try Self.checkLength($0) }
        switch response.status {
        case 416:
            // The range starts at the end, or past it.
            let size = try await head(key, matching: entityTag).size
            _ = try (range ?? 0..<0).withinObject(ofSize: size, location: location(key))
            guard range?.lowerBound == size else {
                // The object has grown since.
                return try await read(key, range: range, matching: entityTag)
            }
            return []
        case 412:
            throw modified(response, key, expected: entityTag)
        case 206:
            return response.body
        default:
            try response.check(location: location(key))
            guard let range else { return response.body }
            // A server without support for ranges.
            let part = try range.withinObject(ofSize: Int64(response.body.count), location: location(key))
            return Array(response.body[Int(part.lowerBound)..<Int(part.upperBound)])
        }
    }

    func readRequest(_ key: ObjectKey, matching entityTag: String?) -> S3Request {
        var request = S3Request("GET", key)
        request.headers = client.customerKeyHeaders()
        request.headers["If-Match"] = entityTag.map(Self.quoted)
        return request
    }

    func head(_ key: ObjectKey, matching entityTag: String?) async throws -> ObjectMetadata {
        try Task.checkCancellation()
        let response = try await headResponse(key, matching: entityTag)
        if response.status == 412 { throw modified(response, key, expected: entityTag) }
        try response.check(location: location(key))
        guard let size = response.headers["Content-Length"].flatMap({ Int64($0) }),
            let modified = response.headers["Last-Modified"].flatMap(HTTPDate.seconds)
        else {
            throw ObjectStoreError(
                .unavailable, location: location(key),
                message: "\(response.what): the response lacks Content-Length or Last-Modified")
        }
        return ObjectMetadata(
            key: key, size: size, modified: Date(timeIntervalSince1970: Double(modified)),
            entityTag: response.headers["ETag"].map(Self.unquoted))
    }

    func headResponse(
        _ key: ObjectKey, matching entityTag: String? = nil, query: [(name: String, value: String)] = []
    ) async throws -> S3Response {
        var request = S3Request("HEAD", key)
        request.query = query
        request.headers = client.customerKeyHeaders()
        request.headers["If-Match"] = entityTag.map(Self.quoted)
        return try await send(request)
    }

    /// Entity tags are kept without the quotation marks of header fields.
    static func unquoted(_ tag: String) -> String {
        let quote = UInt8(ascii: "\"")
        guard tag.utf8.count >= 2, tag.utf8.first == quote, tag.utf8.last == quote else { return tag }
        return String(decoding: tag.utf8.dropFirst().dropLast(), as: UTF8.self)
    }

    static func quoted(_ tag: String) -> String { tag.startsWithBytes(of: "W/") ? tag : "\"\(tag)\"" }

    func modified(_ response: S3Response, _ key: ObjectKey, expected: String?) -> ObjectStoreError {
        ObjectStoreError(
            .modified, location: location(key),
            message: "\(response.what): the object was replaced: its tag is no longer \(expected ?? "the one expected")"
        )
    }

    /// - Throws: when a body does not have the announced length.
    private static func checkLength(_ response: TransportResponse) throws {
        guard let text = response.headers["Content-Length"], let length = Int(text), length != response.body.count
        else {
            return
        }
        throw TruncatedBody(expected: length, actual: response.body.count)
    }
}

private struct TruncatedBody: Error, CustomStringConvertible {
    let expected: Int
    let actual: Int

    var description: String { "\(expected) bytes were announced, \(actual) received" }
}
