import Foundation
import TestSupport

/// Locations for one test in the S3 server and the HDFS of the test run, and the environment in which programs find them.
struct RemoteLocations {
    let bucket: String
    let environment: [String: String]
    private let hdfs: TestServers.HDFS

    init() throws {
        let s3 = try TestServers.s3()
        hdfs = try TestServers.hdfs()
        bucket = "test-" + String(UInt64.random(in: .min ... .max), radix: 36)
        environment = [
            "AWS_ENDPOINT_URL": s3.endpoint.absoluteString, "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": s3.admin.key, "AWS_SECRET_ACCESS_KEY": s3.admin.secret,
            "ANTIFRAUD_WEBHDFS_ADDRESS": hdfs.http, "HADOOP_USER_NAME": hdfs.user,
        ]
        try python("boto3.client('s3').create_bucket(Bucket=sys.argv[1])", [bucket])
    }

    /// A URL in the bucket.
    func s3(_ path: String) -> String { "s3://\(bucket)/\(path)" }

    /// A URL in a folder of HDFS.
    func hdfs(_ path: String) -> String { "hdfs:///\(bucket)/\(path)" }

    /// Runs Python with boto3 as a client of the S3 server.
    @discardableResult
    func python(_ source: String, _ arguments: [String] = []) throws -> String {
        let setup = environment.filter { $0.key.hasPrefix("AWS") }
            .map { "os.environ['\($0.key)'] = '\($0.value)'\n" }.joined()
        return try Oracle.run("import boto3, hashlib, json, os, sys\n" + setup + source, arguments)
    }

    /// The MD5 sums that another program finds in the bucket, by key.
    func s3Digests(_ prefix: String) throws -> [String: String] {
        let text = try python(
            """
            s3 = boto3.client('s3')
            pages = s3.get_paginator('list_objects_v2').paginate(Bucket=sys.argv[1], Prefix=sys.argv[2])
            print(json.dumps({o['Key'][len(sys.argv[2]):]:
                hashlib.md5(s3.get_object(Bucket=sys.argv[1], Key=o['Key'])['Body'].read()).hexdigest()
                for page in pages for o in page.get('Contents', [])}))
            """, [bucket, prefix])
        return try JSONDecoder().decode([String: String].self, from: Data(text.utf8))
    }

    /// The MD5 sums that curl finds in HDFS, for the names given.
    func hdfsDigests(_ folder: String, _ names: some Sequence<String>) throws -> [String: String] {
        var digests: [String: String] = [:]
        for name in names {
            let url = "http://\(hdfs.http)/webhdfs/v1/\(bucket)/\(folder)\(name)?op=OPEN&user.name=\(hdfs.user)"
            let line = try Oracle.execute("/bin/sh", ["-c", "curl -sfL '\(url)' | md5sum"])
            digests[name] = String(line.prefix(32))
        }
        return digests
    }
}
