import Foundation
import HTTPTransport
import StorageIO
import TestSupport

/// A real cluster with stores for it, and curl to query it.
struct HDFSServer: Sendable {
    let nameNode: String
    let superuser: String

    /// The cluster that all tests share.
    static var shared: HDFSServer { get throws { HDFSServer(try TestServers.hdfs()) } }

    init(_ server: TestServers.HDFS) {
        nameNode = "http://" + server.http
        superuser = server.user
    }

    func configuration(user: String? = nil, segmentSize: Int = 1 << 20) -> WebHDFSConfiguration {
        WebHDFSConfiguration(nameNodes: [nameNode], userName: user ?? superuser, segmentSize: segmentSize)
    }

    func store(user: String? = nil, segmentSize: Int = 1 << 20) throws -> WebHDFSObjectStore {
        try WebHDFSObjectStore(configuration: configuration(user: user, segmentSize: segmentSize))
    }

    /// A name that no other test has.
    func newFolder() -> String { "test-" + String(UInt64.random(in: .min ... .max), radix: 36) }

    /// curl's response for a plain path below the root, redirects followed.
    func curl(_ path: String, _ query: String, _ options: [String] = []) throws -> String {
        try Oracle.execute(
            "/usr/bin/env",
            ["curl", "-s", "-L", "--noproxy", "*"] + options
                + ["\(nameNode)/webhdfs/v1/\(path)?\(query)&user.name=\(superuser)"])
    }

    func exists(_ path: String) async throws -> Bool { try curl(path, "op=GETFILESTATUS").contains("\"FileStatus\"") }
}
