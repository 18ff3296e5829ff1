import Foundation
import HTTPTransport
import StorageIO
import TestSupport

/// The real server of a test run with a bucket that the suite has made for itself.
enum S3TestServer {
    static let http = Result { try TransportClient() }
    private static let sharedBucket = Result { try newBucket() }

    /// A store over the shared bucket.
    /// - Parameters:
    ///   - authority: `host:port` of a proxy before the server.
    ///   - credentials: the administrator's unless given.
    ///   - clockSkew: seconds by which the store's clock is fast.
    static func store(
        bucket: String? = nil, authority: String? = nil, credentials: AWSCredentials? = nil, isAnonymous: Bool = false,
        clockSkew: Double = 0, _ change: (inout S3Configuration) -> Void = { _ in }
    ) throws -> S3ObjectStore {
        let server = try TestServers.s3()
        let credentials = credentials ?? AWSCredentials(server.admin)
        var configuration = S3Configuration(
            endpoint: "http://\(authority ?? server.authority)",
            credentials: isAnonymous ? nil : StaticCredentialProvider(credentials))
        change(&configuration)
        let bucket = try bucket ?? sharedBucket.get()
        return try S3ObjectStore(bucket: bucket, configuration: configuration, http: http.get()) {
            Date().timeIntervalSince1970 + clockSkew
        }
    }

    /// Makes a bucket with a name that no other has.
    static func newBucket() throws -> String {
        let bucket = "s3-tests-" + String(UInt64.random(in: .min ... .max), radix: 36)
        try python("client.create_bucket(Bucket=argv[0])", [bucket])
        return bucket
    }

    /// Runs Python with `client`, boto3's client of the server, and `argv`.
    @discardableResult
    static func python(_ source: String, _ arguments: [String]) throws -> String {
        let server = try TestServers.s3()
        let prelude = """
            import boto3, hashlib, json, sys
            endpoint, key, secret, *argv = sys.argv[1:]
            client = boto3.client("s3", endpoint_url=endpoint, aws_access_key_id=key, aws_secret_access_key=secret,
                                  region_name="us-east-1")

            """
        return try Oracle.run(
            prelude + source, ["http://\(server.authority)", server.admin.key, server.admin.secret] + arguments)
    }
}

extension AWSCredentials {
    init(_ identity: TestServers.Identity) { self.init(accessKeyID: identity.key, secretAccessKey: identity.secret) }
}
