import Essentials
import HTTPTransport

/// A server's error for a request that it refused (Amazon S3 API Reference, "Error responses").
struct S3ServerError: Error, Sendable, CustomStringConvertible {
    let status: Int
    /// Empty if there is no body, as in responses to HEAD.
    let code: String
    let message: String
    let requestID: String?
    /// The bucket's host, if the server reports it.
    let region: String?

    init(_ response: TransportResponse) {
        let tree = try? XMLTree.parse(response.body, maximumBytes: 1 << 20)
        // The response to a batch contains errors of single objects, which are not the request's.
        self.init(tree?.name == "Error" ? tree : nil, of: response)
    }

    /// - Parameter element: `Error`, the whole response or one of a batch.
    init(_ element: XMLTree?, of response: TransportResponse) {
        status = response.status
        code = element?["Code"]?.text ?? ""
        message = element?["Message"]?.text ?? ""
        requestID = response.headers["x-amz-request-id"] ?? element?["RequestId"]?.text
        // A redirect may name the region only in the host.
        let host =
            element?["Endpoint"]?.text ?? response.headers["Location"].flatMap { URLComponents(string: $0)?.host }
        region =
            response.headers["x-amz-bucket-region"] ?? element?["Region"]?.text
            ?? host.flatMap(S3Endpoint.region(ofHost:))
    }

    /// Whether the same request may succeed later.
    func isTransient(method: String) -> Bool {
        switch code {
        case "InternalError", "OperationAborted", "RequestTimeout", "ServiceUnavailable", "SlowDown",
            "ThrottlingException",
            "Throttling", "TooManyRequests", "RequestLimitExceeded", "ServerBusy":
            true
        // Another writer is writing the object; only a put can simply be sent again.
        case "ConditionalRequestConflict": method == "PUT"
        // The body was changed in transit.
        case "BadDigest", "XAmzContentSHA256Mismatch", "IncompleteBody": true
        default: status == 429 || [500, 502, 503, 504].contains(status) && !Self.isFull(code, status)
        }
    }

    var storeCode: ObjectStoreError.Code {
        switch code {
        case "NoSuchKey", "NoSuchBucket": return .notFound
        // Someone else has aborted it.
        case "NoSuchUpload": return .unavailable
        case "AccessDenied", "AllAccessDisabled", "AccountProblem", "ExpiredToken", "InvalidAccessKeyId",
            "InvalidToken",
            "RequestExpired", "RequestTimeTooSkewed", "SignatureDoesNotMatch", "TokenRefreshRequired":
            return .permissionDenied
        case "InvalidRange": return .invalidRange
        case "KeyTooLongError", "XMinioInvalidObjectName": return .invalidKey
        case "ConditionalRequestConflict", "PreconditionFailed": return .alreadyExists
        default: break
        }
        if Self.isFull(code, status) { return .noSpace }
        return switch status {
        case 401, 403: .permissionDenied
        case 404: .notFound
        default: .unavailable
        }
    }

    /// Codes of AWS, Ceph, MinIO and Yandex for a quota or disk that is full.
    private static func isFull(_ code: String, _ status: Int) -> Bool {
        [
            "QuotaExceeded", "BucketQuotaExceeded", "InsufficientCapacity", "XMinioStorageFull",
            "XMinioAdminBucketQuotaExceeded", "BucketMaxSizeExceeded", "StorageFull",
        ].contains(code) || status == 507
    }

    /// Status, the server's message, and the request ID by which its operators find the request.
    var description: String {
        let words = [code, message].filter { !$0.isEmpty }.joined(separator: ": ")
        return "\(status)\(words.isEmpty ? "" : " ")\(words)" + (requestID.map { " (request \($0))" } ?? "")
    }
}

extension S3Response {
    /// - Throws: ``ObjectStoreError`` unless the request succeeded.
    func check(location: String) throws {
        if !isSuccess { throw failure(location: location) }
    }

    func failure(location: String, code: ObjectStoreError.Code? = nil) -> ObjectStoreError {
        let error = S3ServerError(response)
        return ObjectStoreError(
            code ?? error.storeCode, location: location,
            message: "\(what): \(error); \(Self.effort(attempts: attempts, elapsed: elapsed))")
    }

    static func effort(attempts: Int, elapsed: Duration) -> String {
        let milliseconds = elapsed.components.seconds * 1_000 + elapsed.components.attoseconds / 1_000_000_000_000_000
        return "\(attempts) \(attempts == 1 ? "attempt" : "attempts") in \(milliseconds) ms"
    }
}
