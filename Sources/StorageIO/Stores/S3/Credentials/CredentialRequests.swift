import Essentials
import HTTPTransport

/// The common part of sources of credentials behind HTTP.
struct CredentialRequests: Sendable {
    let http: any HTTPSending
    /// For messages.
    let source: String

    /// The body of the response, after a few attempts.
    /// - Parameter explain: extracts the server's reason for a refusal, in few words and without secrets.
    /// - Throws: ``CredentialError``; `CancellationError`.
    func body(
        of request: TransportRequest, explain: @Sendable ([UInt8]) -> String = { _ in "" }
    ) async throws -> [UInt8] {
        let retrier = Retrier(policy: RetryPolicy(maximumAttempts: 4), budget: RetryBudget())
        func refusal(_ response: TransportResponse) -> CredentialError {
            let words = explain(response.body)
            return CredentialError(
                source: source, message: "status \(response.status)\(words.isEmpty ? "" : " ")\(words)")
        }
        do {
            return try await retrier.run { _ in
                let response: TransportResponse
                do {
                    response = try await http.send(request, maximumBodyBytes: 1 << 20)
                } catch let error as HTTPTransportError {
                    let failure = CredentialError(source: source, message: "\(error)")
                    return error.isTransient ? .transientFailure(failure) : .failure(failure)
                }
                if response.status == 200 { return .success(response.body) }
                let isTransient = response.status == 429 || response.status >= 500
                return isTransient ? .transientFailure(refusal(response)) : .failure(refusal(response))
            }
        } catch let failure as RetryFailure {
            throw failure.error
        }
    }
}

/// Credentials as JSON, as containers, virtual machines and programs return them.
struct CredentialDocument: Decodable, Sendable {
    private let Version: Int?
    private let AccessKeyId: String
    private let SecretAccessKey: String
    private let Token: String?
    private let SessionToken: String?
    private let Expiration: String?

    /// - Throws: ``CredentialError`` for any other bytes; none of them is shown.
    static func credentials(_ bytes: [UInt8], source: String, version: Int? = nil) throws -> AWSCredentials {
        guard let document = try? JSONDecoder().decode(CredentialDocument.self, from: Data(bytes)) else {
            throw CredentialError(source: source, message: "the response has no credentials")
        }
        guard version == nil || document.Version == version else {
            throw CredentialError(source: source, message: "the response has another version than \(version ?? 0)")
        }
        var expiration: Date?
        if let text = document.Expiration {
            guard let time = UTCTime(iso8601: text) else {
                throw CredentialError(source: source, message: "the response's Expiration is not a time")
            }
            expiration = time.date
        }
        return AWSCredentials(
            accessKeyID: document.AccessKeyId, secretAccessKey: document.SecretAccessKey,
            sessionToken: document.Token ?? document.SessionToken, expiration: expiration)
    }
}
