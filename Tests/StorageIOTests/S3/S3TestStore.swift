import HTTPTransport
import StorageIO
import TestSupport

extension AWSCredentials {
    /// The pair of AWS's own documentation.
    static let example = AWSCredentials(
        accessKeyID: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
}

extension RetryPolicy {
    /// With negligible delays.
    static let quick = RetryPolicy(
        maximumAttempts: 4, initialDelay: .microseconds(1), maximumDelay: .microseconds(1))
}

extension S3ObjectStore {
    /// A bucket at a scripted server, at 2013-05-24T00:00:00Z.
    static func scripted(
        _ http: ScriptedHTTP, bucket: String = "bucket", endpoint: String? = "http://s3.test:9000",
        _ change: (inout S3Configuration) -> Void = { _ in }
    ) throws -> S3ObjectStore {
        var configuration = S3Configuration(
            endpoint: endpoint, credentials: StaticCredentialProvider(.example), retryPolicy: .quick)
        change(&configuration)
        return try S3ObjectStore(bucket: bucket, configuration: configuration, http: http, now: { 1_369_353_600 })
    }
}
