import Foundation
import TestSupport
import Testing

@Suite(.needs(.python)) struct TestServersTests {
    private static let s3Client = """
        import boto3, botocore, json, sys
        endpoint, key, secret, call = sys.argv[1:5]
        configuration = botocore.config.Config(retries={'total_max_attempts': 5, 'mode': 'standard'})
        s3 = boto3.client('s3', endpoint_url=endpoint, aws_access_key_id=key, aws_secret_access_key=secret,
            region_name='us-east-1', config=configuration)
        try:
            if call == 'make':
                s3.create_bucket(Bucket=sys.argv[5])
            if call in ('make', 'write'):
                s3.put_object(Bucket=sys.argv[5], Key='a b/ü', Body=b's' * 2_000_000)
            response = s3.get_object(Bucket=sys.argv[5], Key='a b/ü', Range='bytes=1000-1999')
            print(len(response['Body'].read()))
        except botocore.exceptions.ClientError as error:
            print(error.response['Error']['Code'])
        """

    private func s3(_ endpoint: URL, _ identity: TestServers.Identity, _ call: String, _ bucket: String) throws
        -> String
    {
        try Oracle.run(
            Self.s3Client, [endpoint.absoluteString, identity.key, identity.secret, call, bucket]
        ).trimmingCharacters(in: .newlines)
    }

    @Test(.needs(.s3)) func signedRequestsPassTheProxyAndOutliveItsFaults() throws {
        let server = try TestServers.s3()
        // boto3 does not retry when a response's body ends early: no fault in the middle of it.
        let faults = RandomFaults(
            seed: 11, [(.loseResponse, 0.3), (.response(status: 503), 0.3)], longestRun: 3)
        let proxy = try FaultProxy(server.authority, faults: faults.fault)
        let bucket = "proxy-\(UUID().uuidString.lowercased())"
        let first = try s3(proxy.endpoint, server.admin, "make", bucket)
        #expect(first == "1000" || first == "BucketAlreadyOwnedByYou" || first == "BucketAlreadyExists")
        #expect(try s3(proxy.endpoint, server.admin, "write", bucket) == "1000")
        proxy.setFaults { _ in nil }
        #expect(try s3(proxy.endpoint, server.readOnly, "write", bucket) == "AccessDenied")
        proxy.resetCounters()
        #expect(try s3(proxy.endpoint, server.readOnly, "read", bucket) == "1000")
        #expect(proxy.requests.map(\.range) == ["bytes=1000-1999"])
        #expect((1000..<4000).contains(proxy.counters.bytesToClient))
    }

    @Test(.needs(.hdfs)) func hdfsSendsItsClientsFromProxyToProxy() throws {
        let server = try TestServers.hdfs()
        let data = try FaultProxy(server.dataNodeHTTP)
        let name = try FaultProxy(server.http, redirects: [server.dataNodeHTTP: data.authority])
        let folder = try TemporaryFolder()
        try Data((0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
            .write(to: folder.url.appending(path: "body"))
        let file = "http://\(name.authority)/webhdfs/v1/proxy-\(UUID().uuidString)/file?user.name=someone&op="
        let curl = ["curl", "-sfL", "--noproxy", "*"]
        try Oracle.execute("/usr/bin/env", curl + ["-T", folder.path("body"), file + "CREATE"])
        try Oracle.execute("/usr/bin/env", curl + ["-o", folder.path("back"), file + "OPEN"])
        #expect(FileManager.default.contentsEqual(atPath: folder.path("body"), andPath: folder.path("back")))
        #expect(name.counters.requests == 2 && data.counters.requests == 2)
        #expect(data.counters.bytesFromClient > 3_000_000 && data.counters.bytesToClient > 3_000_000)
    }

    @Test(.needs(.s3, .hdfs)) func ownServersKeepDataAndAddressOverAKill() throws {
        let own = try OwnServer(.seaweedfs)
        let server = try own.s3()
        #expect(try s3(server.endpoint, server.admin, "make", "kept") == "1000")
        try own.kill()
        #expect(throws: Oracle.Failure.self) { try s3(server.endpoint, server.admin, "read", "kept") }
        try own.start()
        #expect(try own.s3().endpoint == server.endpoint)
        #expect(try s3(server.endpoint, server.admin, "read", "kept") == "1000")

        let ownHDFS = try OwnServer(.hdfs)
        let address = "http://\(try ownHDFS.hdfs().http)/webhdfs/v1/kept?op="
        let curl = ["curl", "-sf", "--noproxy", "*"]
        try Oracle.execute("/usr/bin/env", curl + ["-X", "PUT", address + "MKDIRS"])
        try ownHDFS.kill()
        #expect(throws: Oracle.Failure.self) { try Oracle.execute("/usr/bin/env", curl + [address + "LISTSTATUS"]) }
        try ownHDFS.start()
        #expect(try Oracle.execute("/usr/bin/env", curl + [address + "LISTSTATUS"]).contains("FileStatuses"))
    }
}
