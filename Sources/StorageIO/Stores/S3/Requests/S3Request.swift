import HTTPTransport

/// One operation of the S3 API, before it is signed.
struct S3Request: Sendable {
    var method: String
    /// nil for operations on the bucket.
    var key: String?
    /// Not encoded.
    var query: [(name: String, value: String)] = []
    var headers = TransportHeaders()
    var content = Content.bytes([])
    /// Of the content; sent along, so that the server refuses content that was changed in transit.
    var bodyMD5: [UInt8]?
    /// A longer response is a failure.
    var maximumResponse = 64 << 20

    /// The body.
    enum Content: Sendable {
        case bytes([UInt8])
        /// Read from the file for every attempt.
        case part(of: LocalFile, Range<Int64>, PartDigest)
    }

    init(_ method: String, _ key: String? = nil) {
        self.method = method
        self.key = key
    }

    init(_ method: String, _ key: ObjectKey) { self.init(method, key.path) }
}

/// A server's final response.
struct S3Response: Sendable {
    let response: TransportResponse
    /// `GET https://host/key`, for messages.
    let what: String
    let attempts: Int
    let elapsed: Duration

    var status: Int { response.status }
    var headers: TransportHeaders { response.headers }
    var body: [UInt8] { response.body }
    var isSuccess: Bool { (200..<300).contains(status) }
}
