import Foundation
import HTTPTransport

/// Exchanges a token that the platform writes to a file, as Kubernetes does, for credentials of a role (AWS Security Token
/// Service API Reference, `AssumeRoleWithWebIdentity`).
struct WebIdentityCredentialProvider: CredentialProvider {
    let roleARN: String
    let tokenFile: String
    let sessionName: String
    /// `https://sts.amazonaws.com`, or another one.
    let endpoint: String
    let http: any HTTPSending

    func credentials() async throws -> AWSCredentials? {
        // Read each time: the platform replaces the token before it expires.
        guard let token = try? String(contentsOfFile: tokenFile, encoding: .utf8) else {
            throw CredentialError(source: tokenFile, message: "the web identity token cannot be read")
        }
        let form = PercentEncoding.query([
            (name: "Action", value: "AssumeRoleWithWebIdentity"), (name: "Version", value: "2011-06-15"),
            (name: "RoleArn", value: roleARN), (name: "RoleSessionName", value: sessionName),
            (name: "WebIdentityToken", value: token.trimmingCharacters(in: .whitespacesAndNewlines)),
        ])
        let request = HTTPRequest(
            method: "POST", url: endpoint.hasSuffix("/") ? endpoint : endpoint + "/",
            headers: ["Content-Type": "application/x-www-form-urlencoded; charset=utf-8"],
            body: .bytes(Array(form.utf8)), totalTimeout: .seconds(30))
        let retrier = Retrier(policy: RetryPolicy(maximumAttempts: 4), budget: RetryBudget())
        let response: HTTPResponse
        do {
            response = try await retrier.run { _ in
                do {
                    let response = try await http.send(request, maximumBodyBytes: 1 << 20)
                    guard response.status >= 500 else { return .success(response) }
                    return .transientFailure(refusal(response))
                } catch let error as HTTPTransportError where error.isTransient {
                    return .transientFailure(error)
                }
            }
        } catch let failure as RetryFailure {
            throw failure.error
        }
        guard response.status == 200 else { throw refusal(response) }
        guard let answer = try? XMLTree.parse(response.body),
            let credentials = answer["AssumeRoleWithWebIdentityResult"]?["Credentials"],
            let accessKeyID = credentials["AccessKeyId"]?.text, let secret = credentials["SecretAccessKey"]?.text
        else { throw CredentialError(source: endpoint, message: "the answer has no credentials in it") }
        return AWSCredentials(
            accessKeyID: accessKeyID, secretAccessKey: secret, sessionToken: credentials["SessionToken"]?.text,
            expiration: credentials["Expiration"].flatMap { Timestamp(iso8601: $0.text) }.map { Double($0.seconds) })
    }

    private func refusal(_ response: HTTPResponse) -> CredentialError {
        let error = (try? XMLTree.parse(response.body))?["Error"]
        let detail = [error?["Code"]?.text, error?["Message"]?.text].compactMap { $0 }.joined(separator: ": ")
        return CredentialError(source: endpoint, message: "\(roleARN): status \(response.status) \(detail)")
    }
}
