import HTTPTransport
import StorageIO

extension ProxiedArtifactStore {
    func write(_ key: ObjectKey, options: WriteOptions) async throws -> any ObjectWriter {
        try check(key)
        try options.refuseIfMatch(location: location(key))
        if options.ifAbsent { try await checkAbsent(key) }
        return ProxiedObjectWriter(store: self, key: key, options: options)
    }

    private func checkAbsent(_ key: ObjectKey) async throws {
        guard try await exists(key) else { return }
        throw ObjectStoreError(.alreadyExists, location: location(key), message: "there is an artifact of this name")
    }

    /// Puts an object that is in memory.
    func put(_ bytes: [UInt8], _ key: ObjectKey, ifAbsent: Bool) async throws {
        try await exclusively(ifAbsent, key) {
            let response = try await retrying(location(key)) { () -> Attempt<TransportResponse> in
                do {
                    var request = uploadRequest(key)
                    request.body = .bytes(bytes)
                    let response = try await http.send(request, maximumBodyBytes: 1 << 20)
                    if response.status == 500, try await makeWay(for: key) {
                        return .transientFailure(ServerRefusal(response))
                    }
                    if let failed: Attempt<TransportResponse> = Self.attempt(of: response) { return failed }
                    if (200..<300).contains(response.status) { try await checkSize(of: key, is: Int64(bytes.count)) }
                    return .success(response)
                } catch let error as HTTPTransportError {
                    return Self.attempt(of: error)
                } catch let error as WrongSize {
                    return .transientFailure(error)
                } catch let error as ObjectStoreError {
                    return .failure(error)
                }
            }
            try checkUploaded(response, key)
        }
    }

    /// Puts an object that arrives in chunks; nothing is retried, since earlier chunks are gone.
    /// - Parameter length: nil where it is not known beforehand.
    func put(
        _ key: ObjectKey, length: Int64?, ifAbsent: Bool, next: @escaping @Sendable () async throws -> [UInt8]?
    ) async throws {
        try await exclusively(ifAbsent, key) {
            var request = uploadRequest(key)
            let counter = ByteCounter()
            request.body = .stream(length: length) {
                let chunk = try await next()
                await counter.add(chunk?.count ?? 0)
                return chunk
            }
            do {
                let response = try await http.send(request, maximumBodyBytes: 1 << 20)
                try checkUploaded(response, key)
                try await checkSize(of: key, is: counter.count)
            } catch let error as HTTPTransportError {
                throw ObjectStoreError(.unavailable, location: location(key), message: "\(error)")
            } catch let error as WrongSize {
                throw ObjectStoreError(.unavailable, location: location(key), message: "\(error)")
            }
        }
    }

    /// Copies an object that is sent as it arrives, again from its start after a failure of the store.
    func repeatedly(_ location: String, _ copy: () async throws -> Void) async throws {
        try await retrying(location) { () -> Attempt<Void> in
            do {
                return .success(try await copy())
            } catch let error as ObjectStoreError {
                return error.code == .unavailable ? .transientFailure(error) : .failure(error)
            }
        }
    }

    private func exclusively(_ ifAbsent: Bool, _ key: ObjectKey, _ body: () async throws -> Void) async throws {
        guard ifAbsent else { return try await body() }
        try await exclusion.run {
            try await checkAbsent(key)
            try await body()
        }
    }

    private func uploadRequest(_ key: ObjectKey) -> TransportRequest {
        var headers = headers
        headers["Content-Type"] = "application/octet-stream"
        return TransportRequest(method: "PUT", url: url(of: key), headers: headers)
    }

    private func checkUploaded(_ response: TransportResponse, _ key: ObjectKey) throws {
        if !(200..<300).contains(response.status) { throw failure(response, location(key)) }
    }

    /// Servers and proxies may take a truncated body for the whole.
    private func checkSize(of key: ObjectKey, is expected: Int64) async throws {
        let size = try await head(key).size
        if size != expected { throw WrongSize(size: size, expected: expected) }
    }

    private struct WrongSize: Error, CustomStringConvertible {
        var size: Int64
        var expected: Int64

        var description: String { "the server keeps \(size) bytes of the \(expected) that were sent" }
    }

    /// An empty folder blocks an object of the same name where the server keeps artifacts in folders.
    /// - Returns: whether there was one.
    /// - Throws: ``ObjectStoreError/Code/invalidKey`` when it has files.
    private func makeWay(for key: ObjectKey) async throws -> Bool {
        let name = key.name
        guard try await children(of: key.folder).contains(where: { $0.name == name && $0.isFolder }) else {
            return false
        }
        for try await object in list(prefix: key.path + "/") {
            throw ObjectStoreError(
                .invalidKey, location: location(key), message: "is a folder, with \(object.key.path) in it")
        }
        return (200..<300).contains(try await send("DELETE", key).status)
    }
}

private actor ByteCounter {
    private(set) var count: Int64 = 0

    func add(_ bytes: Int) { count += Int64(bytes) }
}
