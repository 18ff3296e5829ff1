import Essentials
import HTTPTransport
import Logging

/// An object that is written in parts (Amazon S3 User Guide, "Uploading and copying objects using multipart upload").
struct S3Upload: Sendable {
    struct Part: Sendable {
        let number: Int
        let entityTag: String
    }

    private let store: S3ObjectStore
    private let key: ObjectKey
    private let identifier: String
    private let writer: String

    private var location: String { store.location(key) }

    static func start(
        _ key: ObjectKey, store: S3ObjectStore, attributes: ObjectAttributes? = nil
    ) async throws -> S3Upload {
        let writer = UUID().uuidString
        var request = S3Request("POST", key)
        request.query = [(name: "uploads", value: "")]
        request.headers = store.client.newObjectHeaders(key, attributes)
        request.headers[S3ObjectStore.writerHeader] = writer
        let response = try await store.send(request)
        try response.check(location: store.location(key))
        guard let identifier = try store.tree(response, location: store.location(key))["UploadId"]?.text else {
            throw ObjectStoreError(
                .unavailable, location: store.location(key),
                message: "\(response.what): the response has no upload ID")
        }
        return S3Upload(store: store, key: key, identifier: identifier, writer: writer)
    }

    /// Sends a part.
    func put(_ body: [UInt8], number: Int) async throws -> Part {
        try await put(.bytes(body), md5: try await Digests.asyncMD5(body), number: number)
    }

    /// Sends a part of a file.
    func put(_ range: Range<Int64>, of file: LocalFile, _ digest: PartDigest, number: Int) async throws -> Part {
        try await put(.part(of: file, range, digest), md5: digest.md5, number: number)
    }

    private func put(_ content: S3Request.Content, md5: [UInt8], number: Int) async throws -> Part {
        var request = partRequest(number)
        request.headers = store.client.customerKeyHeaders()
        request.content = content
        request.bodyMD5 = md5
        let response = try await store.send(request) { try S3ObjectStore.checkTag($0, md5: md5) }
        try response.check(location: location)
        return Part(number: number, entityTag: try tag(response.headers["ETag"], of: response))
    }

    /// Copies a part from another object, which must still have that entity tag.
    func copy(_ range: Range<Int64>, of source: ObjectMetadata, number: Int) async throws -> Part {
        var request = partRequest(number)
        request.headers = store.copyHeaders(source.key)
        request.headers["x-amz-copy-source-range"] = "bytes=\(range.lowerBound)-\(range.upperBound - 1)"
        request.headers["x-amz-copy-source-if-match"] = source.entityTag.map(S3ObjectStore.quoted)
        for field in store.client.customerKeyHeaders().fields { request.headers.add(field.name, field.value) }
        let response = try await store.send(request) { try S3Upload.checkResult($0) }
        if response.status == 412 { throw response.failure(location: store.location(source.key), code: .modified) }
        try response.check(location: location)
        let element = try store.tree(response, location: location)["ETag"]
        return Part(number: number, entityTag: try tag(element?.text, of: response))
    }

    /// Completes the object from its parts.
    func complete(_ parts: [Part], precondition: WritePrecondition? = nil) async throws {
        var request = S3Request("POST", key)
        request.query = [(name: "uploadId", value: identifier)]
        request.headers = store.client.customerKeyHeaders()
        request.headers["Content-Type"] = "application/xml"
        if let precondition { request.require(precondition) }
        let list = parts.map { part in
            "<Part><PartNumber>\(part.number)</PartNumber><ETag>\(XMLTree.escaped("\"\(part.entityTag)\""))</ETag></Part>"
        }
        request.content = .bytes(
            Array("<CompleteMultipartUpload>\(list.joined())</CompleteMultipartUpload>".utf8))
        let response: S3Response
        do {
            response = try await store.send(request) { try S3Upload.checkResult($0) }
        } catch let error as ObjectStoreError where error.code == .unavailable {
            // No response, or a useless one: the object tells whether the request arrived.
            guard let isDone = try? await store.isWritten(by: writer, key), isDone else { throw error }
            return
        }
        if response.isSuccess { return }
        // An earlier attempt whose response was lost may have completed it; the server then no longer knows the upload.
        if [404, 409, 412].contains(response.status), try await store.isWritten(by: writer, key) { return }
        let refused = precondition.flatMap { response.refuses($0) ? $0.failureCode : nil }
        throw response.failure(location: location, code: refused)
    }

    /// Drops the parts, even when the calling task has been cancelled.
    func abort() async {
        let task = Task.detached {
            do {
                try await store.abortUpload(of: key.path, identifier: identifier)
            } catch {
                store.client.logger.warning(
                    "an unfinished upload stays", metadata: ["location": "\(location)", "error": "\(error)"])
            }
        }
        await task.value
    }

    /// - Throws: when a success turns out to be an error: the server sends its status before the work is done.
    static func checkResult(_ response: TransportResponse) throws {
        guard try XMLTree.parse(response.body).name != "Error" else { throw S3ServerError(response) }
    }

    private func partRequest(_ number: Int) -> S3Request {
        var request = S3Request("PUT", key)
        request.query = [(name: "partNumber", value: String(number)), (name: "uploadId", value: identifier)]
        return request
    }

    private func tag(_ text: String?, of response: S3Response) throws -> String {
        guard let text else {
            throw ObjectStoreError(
                .unavailable, location: location, message: "\(response.what): the response has no entity tag")
        }
        return S3ObjectStore.unquoted(text)
    }
}
