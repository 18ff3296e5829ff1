import Foundation
import HTTPTransport
import StorageIO
import TestSupport

/// The cluster that `scripts/test` starts (scripts/servers/hdfs), and curl to ask it with.
struct HDFSServer: Sendable {
    let nameNode: String
    let superuser: String

    static var shared: HDFSServer {
        get throws {
            let environment = ProcessInfo.processInfo.environment
            guard let address = environment["ANTIFRAUD_TEST_HDFS_HTTP"],
                let user = environment["ANTIFRAUD_TEST_HDFS_USER"]
            else {
                throw Oracle.Failure(
                    description: "ANTIFRAUD_TEST_HDFS_HTTP is not set: start scripts/servers/hdfs, or use scripts/test")
            }
            return HDFSServer(nameNode: address.contains("://") ? address : "http://" + address, superuser: user)
        }
    }

    func configuration(user: String? = nil, segmentSize: Int = 1 << 20) -> WebHDFSConfiguration {
        WebHDFSConfiguration(nameNodes: [nameNode], userName: user ?? superuser, segmentSize: segmentSize)
    }

    func store(user: String? = nil, segmentSize: Int = 1 << 20) throws -> WebHDFSObjectStore {
        try WebHDFSObjectStore(configuration: configuration(user: user, segmentSize: segmentSize))
    }

    /// A name that no other test has.
    func newFolder() -> String { "test-" + String(UInt64.random(in: .min ... .max), radix: 36) }

    /// What curl gets for a question about a plain path below the root, redirects followed.
    func curl(_ path: String, _ query: String, _ options: [String] = []) throws -> String {
        try Oracle.execute(
            "/usr/bin/env",
            ["curl", "-s", "-L", "--noproxy", "*"] + options
                + ["\(nameNode)/webhdfs/v1/\(path)?\(query)&user.name=\(superuser)"])
    }

    func exists(_ path: String) async throws -> Bool { try curl(path, "op=GETFILESTATUS").contains("\"FileStatus\"") }
}
