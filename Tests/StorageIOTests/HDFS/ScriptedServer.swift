import HTTPTransport
import Parallelism
import StorageIO

/// Responds to requests by a closure, and records them.
final class ScriptedServer: HTTPSending {
    private let requests = Lock<[TransportRequest]>([])
    private let response: @Sendable (TransportRequest) async throws -> TransportResponse

    init(_ response: @escaping @Sendable (TransportRequest) async throws -> TransportResponse) {
        self.response = response
    }

    var asked: [String] { requests.withLock { $0.map { "\($0.method) \($0.url)" } } }

    func send(_ request: TransportRequest, maximumBodyBytes: Int) async throws -> TransportResponse {
        requests.withLock { $0.append(request) }
        let response = try await response(request)
        guard response.body.count <= maximumBodyBytes else {
            throw HTTPTransportError(.bodyTooLarge, method: request.method, url: request.url, message: "too long")
        }
        return response
    }

    func stream(_ request: TransportRequest) async throws -> TransportStreamedResponse {
        let response = try await send(request, maximumBodyBytes: .max)
        return TransportStreamedResponse(
            head: response.head,
            body: AsyncThrowingStream { continuation in
                continuation.yield(response.body)
                continuation.finish()
            })
    }

    /// A store that uses this server, and retries without delay.
    func store(_ configuration: WebHDFSConfiguration, attempts: Int = 4) throws -> WebHDFSObjectStore {
        try WebHDFSObjectStore(configuration: configuration, sender: self, retrier: .immediate(attempts: attempts))
    }
}

extension Retrier {
    /// Does not wait between attempts.
    static func immediate(attempts: Int) -> Retrier {
        Retrier(policy: RetryPolicy(maximumAttempts: attempts), budget: RetryBudget(), sleep: { _ in })
    }
}

extension TransportResponse {
    static func json(_ text: String, status: Int = 200) -> TransportResponse {
        TransportResponse(status: status, headers: ["Content-Type": "application/json"], body: Array(text.utf8))
    }

    static func exception(_ name: String, _ message: String = "why", status: Int = 403) -> TransportResponse {
        .json(
            #"{"RemoteException":{"exception":"\#(name)","javaClassName":"org.x.\#(name)","message":"\#(message)"}}"#,
            status: status)
    }

    static func fileStatus(length: Int, number: Int = 7, modified: Int = 1_600_000_000_000) -> TransportResponse {
        .json(
            """
            {"FileStatus":{"accessTime":0,"blockSize":134217728,"childrenNum":0,"fileId":\(number),"group":"g",
            "length":\(length),"modificationTime":\(modified),"owner":"o","pathSuffix":"","permission":"644",
            "replication":1,"storagePolicy":0,"type":"FILE"}}
            """)
    }

    static func redirect(_ url: String) -> TransportResponse {
        TransportResponse(status: 307, headers: ["Location": url])
    }
}
