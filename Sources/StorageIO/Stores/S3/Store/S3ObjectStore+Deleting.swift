import HTTPTransport

extension S3ObjectStore {
    /// Keys that one request deletes.
    private static let batchSize = 1_000

    /// Removes an object.
    public func delete(_ key: ObjectKey) async throws {
        try Task.checkCancellation()
        let response = try await send(S3Request("DELETE", key))
        if response.status == 404, S3ServerError(response.response).code != "NoSuchBucket" { return }
        try response.check(location: location(key))
    }

    /// Removes objects, a thousand per request.
    public func delete(_ keys: [ObjectKey]) async throws {
        for start in stride(from: 0, to: keys.count, by: Self.batchSize) {
            try Task.checkCancellation()
            try await deleteBatch(keys[start..<min(keys.count, start + Self.batchSize)])
        }
    }

    private func deleteBatch(_ keys: ArraySlice<ObjectKey>) async throws {
        var request = S3Request("POST")
        request.query = [(name: "delete", value: "")]
        request.headers["Content-Type"] = "application/xml"
        let objects = keys.map { "<Object><Key>\(XMLTree.escaped($0.path))</Key></Object>" }
        let body = Array("<Delete><Quiet>true</Quiet>\(objects.joined())</Delete>".utf8)
        request.content = .bytes(body)
        request.bodyMD5 = try await Digests.asyncMD5(body)
        // Deleting objects again does no harm, so the batch is simply sent again.
        let response = try await send(request) { response in
            let refused = try XMLTree.parse(response.body).all("Error").map { S3ServerError($0, of: response) }
            if let transient = refused.first(where: { $0.isTransient(method: "POST") }) { throw transient }
        }
        try response.check(location: root)
        for element in try tree(response, location: root).all("Error") {
            let error = S3ServerError(element, of: response.response)
            if error.code == "NoSuchKey" { continue }
            let key = element["Key"]?.text ?? ""
            throw ObjectStoreError(error.storeCode, location: root + key, message: "\(response.what): \(error)")
        }
    }
}
