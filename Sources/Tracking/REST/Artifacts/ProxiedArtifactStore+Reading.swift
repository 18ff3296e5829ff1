import HTTPTransport
import StorageIO

extension ProxiedArtifactStore {
    func read(_ key: ObjectKey, range: Range<Int64>?, matching entityTag: String?) async throws -> [UInt8] {
        try check(key)
        guard let range else { return try await wholeBody(key) }
        if range.isEmpty {
            let size = try await head(key).size
            guard range.lowerBound <= size else { throw invalidRange(range, of: size, key) }
            return []
        }
        let bytes: [UInt8]? = try await retrying(location(key)) {
            do {
                return try await readOnce(key, range)
            } catch let error as HTTPTransportError {
                return Self.attempt(of: error)
            }
        }
        if let bytes { return bytes }
        // The range begins at the end or past it.
        let size = try await head(key).size
        guard range.lowerBound <= size else { throw invalidRange(range, of: size, key) }
        return []
    }

    private func wholeBody(_ key: ObjectKey) async throws -> [UInt8] {
        let request = TransportRequest(method: "GET", url: url(of: key), headers: headers)
        let bytes = try await retrying(location(key)) { () -> Attempt<[UInt8]> in
            do {
                let response = try await http.send(request, maximumBodyBytes: .max)
                return response.status == 200 ? .success(response.body) : try await refused(response, key)
            } catch let error as HTTPTransportError {
                return Self.attempt(of: error)
            }
        }
        // In front of S3, folders have no bytes.
        if bytes.isEmpty { _ = try await listed(key) }
        return bytes
    }

    /// - Returns: nil where the server says that nothing is there.
    private func readOnce(_ key: ObjectKey, _ range: Range<Int64>) async throws -> Attempt<[UInt8]?> {
        var request = TransportRequest(method: "GET", url: url(of: key), headers: headers)
        request.headers["Range"] = "bytes=\(range.lowerBound)-\(range.upperBound - 1)"
        let response = try await http.stream(request)
        // A server that does not support ranges sends everything.
        var position: Int64 = 0
        switch response.status {
        case 200: break
        case 206:
            guard Self.start(response.head) == range.lowerBound else {
                return .failure(
                    ObjectStoreError(
                        .unavailable, location: location(key), message: "the server sent another range than requested"))
            }
            position = range.lowerBound
        case 416: return .success(nil)
        default:
            return try await refused(Self.whole(response), key)
        }
        var bytes: [UInt8] = []
        for try await chunk in response.body {
            let start = max(range.lowerBound, position), end = min(range.upperBound, position + Int64(chunk.count))
            if start < end { bytes += chunk[Int(start - position)..<Int(end - position)] }
            position += Int64(chunk.count)
            if position >= range.upperBound { break }
        }
        return .success(position < range.lowerBound || bytes.isEmpty ? nil : bytes)
    }

    /// The first byte of a part: from `bytes 2-4/11`.
    private static func start(_ head: TransportResponseHead) -> Int64? {
        guard let text = head.headers["Content-Range"], text.hasPrefix("bytes ") else { return nil }
        return Int64(text.dropFirst(6).prefix { $0 != "-" })
    }

    private static func whole(_ response: TransportStreamedResponse) async throws -> TransportResponse {
        var body: [UInt8] = []
        for try await chunk in response.body where body.count < 1 << 16 { body += chunk }
        return TransportResponse(status: response.status, headers: response.head.headers, body: body)
    }

    private func invalidRange(_ range: Range<Int64>, of size: Int64, _ key: ObjectKey) -> ObjectStoreError {
        ObjectStoreError(
            .invalidRange, location: location(key), message: "bytes \(range) begin past the end, which is at \(size)")
    }

    /// The server responds with 400 for a folder, and in front of S3 with 500 for a missing object.
    private func refused<Value>(_ response: TransportResponse, _ key: ObjectKey) async throws -> Attempt<Value> {
        if response.status == 400 || response.status == 500 {
            do {
                _ = try await listed(key)
            } catch let error as ObjectStoreError where error.code == .notFound {
                return .failure(error)
            }
        }
        return Self.attempt(of: response) ?? .failure(failure(response, location(key)))
    }

    // MARK: Whole objects, chunk by chunk

    /// Copies an object of this store to a writer: one request, so that all is of one version, however large. When the
    /// connection is lost, the copy continues from there if the server can tell that it still has that version, else it
    /// starts again.
    /// - Parameter makeWriter: starts the copy; gets the object's size.
    func download(
        _ object: ObjectMetadata, to makeWriter: @Sendable (_ size: Int64) async throws -> any ObjectWriter
    ) async throws {
        try check(object.key)
        var copy = try await PartialCopy(writer: makeWriter(object.size))
        do {
            try await retrying(location(object.key)) { () -> Attempt<Void> in
                do {
                    var request = TransportRequest(method: "GET", url: url(of: object.key), headers: headers)
                    if copy.count > 0, let tag = copy.tag {
                        request.headers["Range"] = "bytes=\(copy.count)-"
                        request.headers["If-Range"] = tag
                    }
                    let response = try await http.stream(request)
                    let isContinued = response.status == 206 && Self.start(response.head) == copy.count
                    guard response.status == 200 || isContinued else {
                        return try await refused(Self.whole(response), object.key)
                    }
                    if !isContinued, copy.count > 0 {
                        await copy.writer.abort()
                        copy = try await PartialCopy(writer: makeWriter(object.size))
                    }
                    // Weak tags say nothing of single bytes (RFC 9110, section 8.8.1).
                    copy.tag = response.head.headers["ETag"].flatMap { $0.hasPrefix("\"") ? $0 : nil }
                    for try await chunk in response.body {
                        try await copy.writer.write(chunk)
                        copy.count += Int64(chunk.count)
                    }
                    return .success(())
                } catch let error as HTTPTransportError {
                    return Self.attempt(of: error)
                }
            }
            guard copy.count == object.size else {
                throw ObjectStoreError(
                    .modified, location: location(object.key),
                    message: "\(copy.count) bytes came where \(object.size) were announced")
            }
            try await copy.writer.finish()
        } catch {
            await copy.writer.abort()
            throw error
        }
    }
}

/// The progress of a copy.
private struct PartialCopy {
    var writer: any ObjectWriter
    var count: Int64 = 0
    /// The entity tag of the version that the bytes belong to.
    var tag: String?

    init(writer: any ObjectWriter) { self.writer = writer }
}
