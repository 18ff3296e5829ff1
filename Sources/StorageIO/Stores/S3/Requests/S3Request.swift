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
    /// Of the content; sent along, so that the server refuses what was changed on the way.
    var bodyMD5: [UInt8]?
    /// A longer answer is a failure.
    var maximumResponse = 64 << 20

    /// What is sent.
    enum Content: Sendable {
        case bytes([UInt8])
        /// Read while it is sent, each time that it is.
        case part(of: LocalFile, Range<Int64>, PartDigest)
    }

    init(_ method: String, _ key: String? = nil) {
        self.method = method
        self.key = key
    }

    init(_ method: String, _ key: ObjectKey) { self.init(method, key.path) }
}

/// What a server answered in the end.
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
