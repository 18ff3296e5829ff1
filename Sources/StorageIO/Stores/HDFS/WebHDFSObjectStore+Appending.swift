import HTTPTransport
import Synchronization

extension WebHDFSObjectStore {
    /// Appends bytes to an existing object. Readers may see any part of them at any time: this is the only way of
    /// writing that is not atomic. Only one program can append to an object at a time; others are refused.
    /// - Throws: ``ObjectStoreError/Code/notFound`` without an object. After other errors, any part of the bytes may
    ///   have been appended; the message has the object's length.
    public func append(_ bytes: [UInt8], to key: ObjectKey) async throws {
        try await append(to: key, mayRepeat: true, .bytes(bytes)) { Int64(bytes.count) }
    }

    /// Appends chunks as they come, nil after the last one; memory holds one at a time.
    /// - Throws: As ``append(_:to:)``; what the closure throws.
    public func append(to key: ObjectKey, next: @escaping @Sendable () async throws -> [UInt8]?) async throws {
        let sent = ByteCount()
        let body = TransportRequest.Body.stream(length: nil) {
            while let chunk = try await next() {
                guard !chunk.isEmpty else { continue }
                sent.add(chunk.count)
                return chunk
            }
            return nil
        }
        try await append(to: key, mayRepeat: false, body) { sent.value }
    }

    /// - Parameters:
    ///   - mayRepeat: Whether the body can be sent more than once.
    ///   - count: The number of bytes of the body, once it has been sent.
    private func append(
        to key: ObjectKey, mayRepeat: Bool, _ body: TransportRequest.Body, count: () -> Int64
    ) async throws {
        let path = try HDFSPath.of(key, root: root), location = client.location(path)
        let before = try await fileStatus(path)
        guard let dataPath = try await dataPath(path, before) else {
            throw ObjectStoreError(.modified, location: location, message: "the object was replaced")
        }
        let operation = WebHDFSOperation("APPEND", "POST", dataPath)
        do {
            var excluded: String?
            try await client.retrying("APPEND", path) { _ in
                let destination = try await client.destinationOnce(operation, excluded: &excluded)
                do {
                    try await client.sendOnce(body, to: destination, excluded: &excluded)
                } catch var failure as WebHDFSFailure {
                    // Once bytes may have arrived, sending them again could append them twice.
                    failure.isTransient = failure.isTransient && failure.isRefusal && mayRepeat
                    throw failure
                }
            }
        } catch let error as ObjectStoreError {
            guard let after = try? await fileStatus(path), after.fileId == before.fileId else { throw error }
            // The response may have been lost after all was done.
            if count() > 0, after.length == before.length + count() { return }
            throw ObjectStoreError(
                error.code, location: location,
                message: error.message + "; the object had \(before.length) bytes and has \(after.length)")
        }
    }
}

/// The number of bytes that a body's closure has returned so far.
private final class ByteCount: Sendable {
    private let count = Atomic<Int64>(0)

    var value: Int64 { count.load(ordering: .relaxed) }

    func add(_ more: Int) { count.add(Int64(more), ordering: .relaxed) }
}
