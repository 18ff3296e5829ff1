public import HTTPTransport
public import Logging

/// Objects in a bucket of S3, or of a server that speaks its protocol: Yandex Object Storage, MinIO, Ceph, SeaweedFS.
///
/// - Objects up to ``S3Configuration/partSize`` are written in one request, larger ones in parts that are uploaded while more
///   is being written. A killed writer leaves an unfinished upload, see ``unfinishedObjects(prefix:)``.
/// - Every body is sent with its MD5 sum, and the response's entity tag is compared with it.
/// - Requests are signed again for every attempt. Errors have the request, the server's message, attempts and time, and
///   no secret.
/// - Keys need not be ``ObjectKey/isPortable``: `a//b` and `/a` are listed, read and written. Empty objects with which
///   other programs make a folder visible, such as `folder/`, are not listed.
public struct S3ObjectStore: ObjectStore {
    let client: S3Client
    let listingMemory = S3ListingMemory()

    /// The bucket's name.
    public var bucket: String { client.address.bucket }

    /// The bucket as a URL.
    public var root: String { "s3://\(bucket)/" }

    /// All. A server that ignores `If-Match` in PUT replaces objects whatever their entity tag is.
    public var capabilities: ObjectStoreCapabilities {
        [.conditionalReplace, .parallelStreams, .anyKey, .folderMarkers]
    }

    /// - Throws: ``ObjectStoreError/Code/invalidURL`` for an invalid bucket name or endpoint, or for a customer's key
    ///   without TLS.
    public init(
        bucket: String, configuration: S3Configuration, http: any HTTPSending,
        logger: Logger = Logger(label: "antifraud.s3")
    ) throws(ObjectStoreError) {
        try self.init(
            bucket: bucket, configuration: configuration, http: http, logger: logger, now: UTCTime.systemClock)
    }

    /// - Parameter now: Seconds since 1970-01-01T00:00:00Z, for signatures.
    package init(
        bucket: String, configuration: S3Configuration, http: any HTTPSending,
        logger: Logger = Logger(label: "antifraud.s3"), now: @escaping @Sendable () -> Double
    ) throws(ObjectStoreError) {
        client = try S3Client(bucket: bucket, configuration: configuration, http: http, logger: logger, now: now)
    }

    /// A URL with which anyone can read the object for a limited time.
    /// - Parameter expires: A second to seven days; shorter if the credentials expire earlier.
    public func presignedReadURL(_ key: ObjectKey, expires: Duration) async throws -> String {
        try await client.presignedURL("GET", key: key, expires: expires, location: location(key))
    }

    /// A URL with which anyone can write the object, by PUT, for a limited time.
    /// - Parameter expires: As in ``presignedReadURL(_:expires:)``.
    public func presignedWriteURL(_ key: ObjectKey, expires: Duration) async throws -> String {
        try await client.presignedURL("PUT", key: key, expires: expires, location: location(key))
    }

    func location(_ key: ObjectKey) -> String { root + key.path }

    func send(
        _ request: S3Request, inspect: @Sendable (TransportResponse) throws -> Void = { _ in }
    ) async throws -> S3Response {
        try await client.send(request, location: root + (request.key ?? ""), inspect: inspect)
    }

    /// The response's body as XML.
    func tree(_ response: S3Response, location: String) throws -> XMLTree {
        do {
            return try XMLTree.parse(response.body)
        } catch {
            throw ObjectStoreError(.unavailable, location: location, message: "\(response.what): \(error)")
        }
    }
}
