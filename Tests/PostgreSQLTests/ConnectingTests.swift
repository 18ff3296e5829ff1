import Foundation
import PostgreSQL
import TestSupport
import Testing

@Suite(.needs(.postgresql)) struct ConnectingTests {
    private func connect(_ uri: String) async throws -> (user: PostgreSQLValue?, isEncrypted: Bool) {
        let pool = PostgreSQLPool(try PostgreSQLConfiguration(uri))
        return try await pool.withConnection { connection in
            (try connection.query("SELECT current_user").firstValue, connection.isEncrypted)
        }
    }

    /// The shared server's address with other parts.
    private func uri(
        user: String? = nil, password: String? = nil, host: String? = nil, port: String? = nil, database: String? = nil,
        query: String = ""
    ) throws -> String {
        let known = try PostgreSQLConfiguration(try TestServers.postgresql().uri)
        func part(_ keyword: String) -> String { known.parameters[keyword] ?? "" }
        return "postgresql://\(user ?? part("user")):\(password ?? known.password ?? "")@"
            + "\(host ?? part("host")):\(port ?? part("port"))/\(database ?? part("dbname"))\(query)"
    }

    @Test func refusals() async throws {
        let secret = "hidden-word"
        let wrong = try uri(password: secret)
        let password = await failure { try await connect(wrong) }
        #expect(password?.kind == .connectionFailed && password?.sqlState == "28P01" && password?.severity == "FATAL")
        #expect(password?.isTransient == false)
        let unknown = await failure { try await connect(try uri(database: "nowhere")) }
        #expect(unknown?.kind == .connectionFailed && unknown?.sqlState == "3D000" && unknown?.isTransient == false)
        let nobody = await failure { try await connect(try uri(user: "nobody", password: secret)) }
        #expect(nobody?.sqlState == "28P01")
        let refused = await failure { try await connect(try uri(password: secret, port: "1")) }
        #expect(refused?.kind == .connectionFailed && refused?.sqlState == nil && refused?.isTransient == true)
        #expect(refused?.description.contains("refused") == true)
        let nameless = await failure { try await connect(try uri(password: secret, host: "nowhere.invalid")) }
        #expect(nameless?.kind == .connectionFailed && nameless?.description.contains("nowhere.invalid") == true)
        let empty = await failure { try await connect(try uri(password: "", query: "?passfile=/nowhere")) }
        #expect(empty?.kind == .connectionFailed && empty?.description.contains("no password") == true)
        for error in [password, unknown, nobody, refused, nameless] {
            var text = error?.description ?? ""
            dump(error, to: &text)
            #expect(!text.contains(secret) && !text.contains("antifraud-secret"), "\(text)")
            #expect(!text.contains("LOCATION"), "\(text)")
        }
    }

    @Test func severalHosts() async throws {
        let server = try TestServers.postgresql()
        let known = try PostgreSQLConfiguration(server.uri)
        let port = known.parameters["port"] ?? ""
        func list(_ ports: String..., attributes: String = "any") throws -> String {
            let hosts = ports.map { "127.0.0.1:\($0)" }.joined(separator: ",")
            return try uri(query: "?target_session_attrs=\(attributes)")
                .replacing("127.0.0.1:\(port)", with: hosts)
        }
        for attributes in ["any", "read-write", "primary", "prefer-standby"] {
            #expect(try await connect(try list("1", port, attributes: attributes)).user == "antifraud")
            #expect(try await connect(try list(port, "1", attributes: attributes)).user == "antifraud")
        }
        let none = await failure { try await connect(try list("1", "2")) }
        #expect(none?.kind == .connectionFailed)
        #expect(none?.description.contains("port 1 ") == true && none?.description.contains("port 2 ") == true)
        let standby = await failure { try await connect(try list("1", port, attributes: "standby")) }
        #expect(standby?.description.contains("standby") == true)
    }

    // MARK: TLS

    @Test func encryption() async throws {
        let authority = try TestServers.postgresql().certificateAuthority
        #expect(try await connect(try uri(query: "?sslmode=disable")).isEncrypted == false)
        #expect(try await connect(try uri(query: "?sslmode=require")).isEncrypted)
        #expect(try await connect(try uri(query: "?sslmode=verify-ca&sslrootcert=\(authority)")).isEncrypted)
        let full = "?sslmode=verify-full&sslrootcert=\(authority)"
        #expect(try await connect(try uri(host: "localhost", query: full)).isEncrypted)
        // The certificate is for localhost alone.
        let wrong = await failure { try await connect(try uri(query: full)) }
        #expect(wrong?.kind == .connectionFailed && wrong?.isTransient == false)
        #expect(wrong?.description.contains("127.0.0.1") == true)
    }

    @Test func untrustedServers() async throws {
        let folder = try TemporaryFolder()
        let other = folder.path("other.pem")
        try Oracle.execute(
            "/usr/bin/env",
            ["openssl", "req", "-x509", "-subj", "/CN=other", "-days", "2", "-newkey", "ec", "-pkeyopt"]
                + ["ec_paramgen_curve:P-256", "-nodes", "-keyout", folder.path("key"), "-out", other])
        for mode in ["verify-ca", "verify-full"] {
            let untrusted = await failure {
                try await connect(try uri(host: "localhost", query: "?sslmode=\(mode)&sslrootcert=\(other)"))
            }
            #expect(untrusted?.kind == .connectionFailed && untrusted?.isTransient == false)
            let missing = await failure {
                try await connect(try uri(host: "localhost", query: "?sslmode=\(mode)&sslrootcert=/nowhere/ca.pem"))
            }
            #expect(missing?.description.contains("/nowhere/ca.pem") == true && missing?.isTransient == false)
        }
    }

    // MARK: What libpq finds in the environment

    /// The output of a program with that environment.
    private func probe(_ uri: String, _ environment: [String: String]) throws -> String {
        let bundle = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        let candidates = [
            bundle, Oracle.packageRoot.appending(path: ".build/release"),
            URL(filePath: FileManager.default.currentDirectoryPath).appending(path: ".build/release"),
        ].map { $0.appending(path: "postgresql-probe").path(percentEncoded: false) }
        let program = try #require(candidates.first { FileManager.default.isExecutableFile(atPath: $0) })
        let settings = environment.map { "\($0)=\($1)" }
        return try Oracle.execute("/usr/bin/env", ["-i", "HOME=/nowhere"] + settings + [program, uri])
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    @Test func passwordsFromOutside() throws {
        let known = try PostgreSQLConfiguration(try TestServers.postgresql().uri)
        let password = try #require(known.password), port = try #require(known.parameters["port"])
        let bare = "postgresql://antifraud@127.0.0.1:\(port)/antifraud"
        #expect(try probe(bare, [:]).contains("no password supplied"))
        #expect(try probe(bare, ["PGPASSWORD": password]) == "antifraud antifraud")
        #expect(try probe(bare, ["PGPASSWORD": "wrong"]).contains("28P01"))
        // What the URI gives takes precedence.
        let full = bare.replacing("antifraud@", with: "antifraud:\(password)@")
        #expect(try probe(full, ["PGPASSWORD": "wrong"]) == "antifraud antifraud")

        let folder = try TemporaryFolder()
        let file = folder.path("passwords")
        try Data("other:*:*:*:wrong\n127.0.0.1:\(port):antifraud:antifraud:\(password)\n".utf8)
            .write(to: URL(filePath: file))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
        #expect(try probe(bare, ["PGPASSFILE": file]) == "antifraud antifraud")
        #expect(try probe(bare + "?passfile=\(file)", [:]) == "antifraud antifraud")
        try FileManager.default.moveItem(atPath: file, toPath: folder.path(".pgpass"))
        #expect(try probe(bare, ["HOME": folder.path("")]) == "antifraud antifraud")
    }

    @Test func services() throws {
        let known = try PostgreSQLConfiguration(try TestServers.postgresql().uri)
        let password = try #require(known.password), port = try #require(known.parameters["port"])
        let folder = try TemporaryFolder()
        try Data(
            """
            [tracking]
            host=127.0.0.1,127.0.0.1
            port=1,\(port)
            user=antifraud
            password=\(password)
            dbname=antifraud
            application_name=of-the-service

            """.utf8
        ).write(to: URL(filePath: folder.path("services")))
        let file = ["PGSERVICEFILE": folder.path("services")]
        #expect(try probe("postgresql:///?service=tracking", file) == "antifraud antifraud of-the-service")
        #expect(
            try probe("postgresql:///?application_name=mine", file.merging(["PGSERVICE": "tracking"]) { $1 })
                == "antifraud antifraud mine")
        #expect(try probe("postgresql:///?service=other", file).contains("\"other\" not found"))
        let variables = ["PGHOST": "127.0.0.1", "PGPORT": port, "PGUSER": "antifraud", "PGPASSWORD": password]
        #expect(try probe("postgresql://", variables.merging(["PGAPPNAME": "x"]) { $1 }) == "antifraud antifraud x")
    }
}
