import Foundation
import HTTPTransport
import TestSupport

/// A certificate authority and a server's certificate, made by openssl.
struct Certificates {
    let folder: TemporaryFolder
    var authority: String { folder.path("ca.pem") }
    var server: String { folder.path("server.pem") }
    var serverKey: String { folder.path("server.key") }

    init(names: String = "IP:127.0.0.1,DNS:localhost") throws {
        folder = try TemporaryFolder()
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        func openssl(_ arguments: [String]) throws { try Oracle.execute("/usr/bin/env", ["openssl"] + arguments) }
        try openssl(
            ["req", "-x509", "-subj", "/CN=test authority", "-days", "2"] + key
                + ["-keyout", folder.path("ca.key"), "-out", authority])
        try openssl(
            ["req", "-subj", "/CN=server"] + key + ["-keyout", serverKey, "-out", folder.path("server.csr")])
        try Data("subjectAltName=\(names)\n".utf8).write(to: folder.url.appending(path: "names"))
        try openssl([
            "x509", "-req", "-days", "2", "-in", folder.path("server.csr"), "-CA", authority, "-CAkey",
            folder.path("ca.key"), "-CAcreateserial", "-extfile", folder.path("names"), "-out", server,
        ])
    }

    func peer() throws -> Peer { try Peer(["tls", server, serverKey]) }

    func client(trusting authority: String? = nil) throws -> TransportClient {
        let tls = TransportClientConfiguration.TLS(certificateAuthorityFile: authority ?? self.authority)
        return try TransportClient(configuration: TransportClientConfiguration(tls: tls))
    }
}
