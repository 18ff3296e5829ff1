import Essentials
import HTTPTransport
import Parallelism
import StorageIO

/// The artifacts that an MLflow server proxies, as an object store.
///
/// The server writes an object whole or not at all where it keeps files in a folder; elsewhere as its client for that
/// store does. Objects have no entity tags; without such a folder they have no times either. A write that must not
/// replace anything is exclusive within this process only.
final class ProxiedArtifactStore: ObjectStore {
    static let apiPath = "/api/2.0/mlflow-artifacts/artifacts"

    let address: ServerAddress
    let http: any HTTPSending
    let retrier: Retrier
    /// Lets one writer at a time check whether an object exists, and write it.
    let exclusion = AsyncExclusion()
    /// Whether the server sends parts of objects; it does where it keeps files in a folder.
    private let knowsRanges = Lock(true)

    init(address: ServerAddress, http: any HTTPSending, retrier: Retrier) {
        self.address = address
        self.http = http
        self.retrier = retrier
    }

    var root: String { "mlflow-artifacts://\(address.authority)/" }

    func location(_ key: ObjectKey) -> String { root + key.path }

    // MARK: Metadata

    /// Requests the first byte: where the server keeps files in a folder, the response gives size and time. Elsewhere
    /// the server would fetch the whole object for it, so the listing is used from then on.
    func head(_ key: ObjectKey) async throws -> ObjectMetadata {
        try check(key)
        guard knowsRanges.withLock({ $0 }) else { return try await listed(key) }
        var request = TransportRequest(method: "GET", url: url(of: key), headers: headers)
        request.headers["Range"] = "bytes=0-0"
        let head = try await retrying(location(key)) { () -> Attempt<TransportResponseHead> in
            do {
                let head = try await http.stream(request).head
                let response = TransportResponse(status: head.status, headers: head.headers)
                if head.status != 500, let failed: Attempt<TransportResponseHead> = Self.attempt(of: response) {
                    return failed
                }
                return .success(head)
            } catch let error as HTTPTransportError {
                return Self.attempt(of: error)
            }
        }
        switch head.status {
        case 206: break
        case 401, 403: throw failure(TransportResponse(status: head.status, headers: head.headers), location(key))
        default:
            if head.status == 200, head.headers["Content-Length"] != "0" { knowsRanges.withLock { $0 = false } }
            // Also where 400 means a folder, and 500 a missing object.
            return try await listed(key)
        }
        let whole = head.headers["Content-Range"]?.split(separator: "/").last.flatMap { Int64($0) }
        guard let whole else { return try await listed(key) }
        let modified = head.headers["Last-Modified"].flatMap(HTTPDate.seconds) ?? 0
        return ObjectMetadata(key: key, size: whole, modified: Date(timeIntervalSince1970: Double(modified)))
    }

    /// An object's size, from the listing of its folder.
    func listed(_ key: ObjectKey) async throws -> ObjectMetadata {
        let name = key.name
        guard let child = try await children(of: key.folder).first(where: { $0.name == name && !$0.isFolder }) else {
            throw notFound(key)
        }
        return ObjectMetadata(key: key, size: child.size, modified: Date(timeIntervalSince1970: 0))
    }

    func notFound(_ key: ObjectKey) -> ObjectStoreError {
        ObjectStoreError(.notFound, location: location(key), message: "there is no such artifact")
    }

    // MARK: Changes

    func delete(_ key: ObjectKey) async throws {
        try check(key)
        // The server would remove a folder of that name with all that is in it.
        do {
            _ = try await listed(key)
        } catch let error as ObjectStoreError where error.code == .notFound {
            return
        }
        try await remove(key)
    }

    /// Looks into each folder once.
    func delete(_ keys: [ObjectKey]) async throws {
        for key in keys { try check(key) }
        for (folder, keys) in Dictionary(grouping: keys, by: \.folder) {
            let files = Set(try await children(of: folder).filter { !$0.isFolder }.map(\.name))
            for key in keys where files.contains(key.name) { try await remove(key) }
        }
    }

    private func remove(_ key: ObjectKey) async throws {
        let response = try await send("DELETE", key)
        guard (200..<300).contains(response.status) || response.status == 404 else {
            throw failure(response, location(key))
        }
    }

    func copy(from source: ObjectKey, to destination: ObjectKey) async throws {
        try check(destination)
        let object = try await head(source)
        if source == destination { return }
        try await download(object) { [self] in try await write(destination, options: WriteOptions(expectedSize: $0)) }
    }

    // MARK: Requests

    /// Sends until there is a response that another attempt would not change.
    func send(_ method: String, _ key: ObjectKey) async throws -> TransportResponse {
        try await send(TransportRequest(method: method, url: url(of: key), headers: headers), location(key))
    }

    func send(_ request: TransportRequest, _ location: String) async throws -> TransportResponse {
        try await retrying(location) {
            do {
                let response = try await http.send(request, maximumBodyBytes: MLflowServer.maximumResponse)
                return Self.attempt(of: response) ?? .success(response)
            } catch let error as HTTPTransportError {
                return Self.attempt(of: error)
            }
        }
    }

    func retrying<Value: Sendable>(
        _ location: String, _ body: () async throws -> Attempt<Value>
    ) async throws -> Value {
        do {
            return try await retrier.run { _ in try await body() }
        } catch let failure as RetryFailure {
            if failure.error is ObjectStoreError || failure.error is CancellationError { throw failure.error }
            let attempts = failure.attempts == 1 ? "" : "; \(failure.attempts) attempts"
            throw ObjectStoreError(.unavailable, location: location, message: "\(failure.error)\(attempts)")
        }
    }

    static func attempt<Value>(of error: HTTPTransportError) -> Attempt<Value> {
        error.isTransient ? .transientFailure(error) : .failure(error)
    }

    /// Nil for a response that another attempt would not change.
    static func attempt<Value>(of response: TransportResponse) -> Attempt<Value>? {
        guard !(200..<300).contains(response.status) else { return nil }
        let refusal = ServerRefusal(response)
        return refusal.isTransient ? .transientFailure(refusal, retryAfter: response.headers.retryAfter) : nil
    }

    /// The error for a response other than success.
    func failure(_ response: TransportResponse, _ location: String) -> ObjectStoreError {
        let refusal = ServerRefusal(response)
        let code: ObjectStoreError.Code =
            switch refusal.code {
            case .notFound: .notFound
            case .permissionDenied: .permissionDenied
            case .invalidValue: .invalidKey
            default: response.status == 507 ? .noSpace : .unavailable
            }
        let advice = refusal.code == nil ? "; \(address) does not proxy artifacts" : ""
        return ObjectStoreError(code, location: location, message: "the server says \(refusal)\(advice)")
    }

    func url(of key: ObjectKey) -> String {
        "\(address.url)\(Self.apiPath)/\(PercentEncoding.path(key.path))"
    }

    var headers: TransportHeaders { address.headers }
}
