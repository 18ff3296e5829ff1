import Essentials
import HTTPTransport

extension S3ObjectStore {
    /// Marks the objects of one writer, so that it recognises its own object when a response has been lost.
    static let writerHeader = "x-amz-meta-antifraud-writer"

    /// Starts a new object.
    public func write(_ key: ObjectKey, options: WriteOptions) async throws -> any ObjectWriter {
        try Task.checkCancellation()
        return S3ObjectWriter(store: self, key: key, options: options)
    }

    /// Writes an object in one request.
    func put(
        _ body: [UInt8], key: ObjectKey, precondition: WritePrecondition?, attributes: ObjectAttributes? = nil
    ) async throws {
        let writer = UUID().uuidString
        let md5 = try await Digests.asyncMD5(body)
        var request = S3Request("PUT", key)
        request.headers = client.newObjectHeaders(key, attributes)
        if let precondition {
            request.require(precondition)
            request.headers[Self.writerHeader] = writer
        }
        request.content = .bytes(body)
        request.bodyMD5 = md5
        let response: S3Response
        do {
            response = try await send(request) { try Self.checkTag($0, md5: md5) }
        } catch let error as ObjectStoreError where error.code == .alreadyExists {
            // Other writers were in the way at every attempt.
            throw ObjectStoreError(
                precondition?.failureCode ?? error.code, location: error.location, message: error.message)
        }
        if let precondition, response.refuses(precondition) {
            // An earlier attempt whose response was lost may have written the object; the HTTP client also retries by
            // itself.
            if try await isWritten(by: writer, key) { return }
            throw response.failure(location: location(key), code: precondition.failureCode)
        }
        try response.check(location: location(key))
    }

    /// Whether the current object was written by that writer.
    func isWritten(by writer: String, _ key: ObjectKey) async throws -> Bool {
        let response = try await headResponse(key)
        if response.status == 404 { return false }
        try response.check(location: location(key))
        return response.headers[Self.writerHeader] == writer
    }

    /// - Throws: when the server received other bytes than were sent.
    static func checkTag(_ response: TransportResponse, md5: [UInt8]) throws {
        guard let tag = response.headers["ETag"].map(unquoted), S3Client.hasDigestTag(response.headers),
            let stored = Digests.bytes(hexadecimal: tag), stored.count == md5.count, stored != md5
        else { return }
        throw TagMismatch(sent: Digests.hexadecimal(md5), stored: tag)
    }
}

extension S3Request {
    mutating func require(_ precondition: WritePrecondition) {
        switch precondition {
        case .ifAbsent: headers["If-None-Match"] = "*"
        case .ifMatch(let tag): headers["If-Match"] = S3ObjectStore.quoted(tag)
        }
    }
}

extension S3Response {
    /// Whether the object was not written since the precondition does not hold.
    func refuses(_ precondition: WritePrecondition) -> Bool {
        switch status {
        case 409, 412: true
        // Amazon's response to `If-Match` if there is no object.
        case 404: precondition.entityTag != nil && S3ServerError(response).code == "NoSuchKey"
        default: false
        }
    }
}

private struct TagMismatch: Error, CustomStringConvertible {
    let sent: String
    let stored: String

    var description: String { "the server stored bytes with the MD5 sum \(stored), those sent have \(sent)" }
}
