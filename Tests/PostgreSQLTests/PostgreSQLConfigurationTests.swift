import PostgreSQL
import TestSupport
import Testing

@Suite struct PostgreSQLConfigurationTests {
    @Test func partsOfAURI() throws {
        let configuration = try PostgreSQLConfiguration(
            "postgresql://some%40one:s%3Aecr%2Fet@one.example:5433,two.example/data%20base"
                + "?sslmode=verify-full&sslrootcert=/ca.pem&target_session_attrs=read-write&application_name=mine"
                + "&options=-c%20geqo%3Doff&connect_timeout=3")
        #expect(configuration.parameters["user"] == "some@one")
        #expect(configuration.password == "s:ecr/et")
        #expect(configuration.parameters["host"] == "one.example,two.example")
        #expect(configuration.parameters["port"] == "5433,")
        #expect(configuration.parameters["dbname"] == "data base")
        #expect(configuration.parameters["sslmode"] == "verify-full")
        #expect(configuration.parameters["sslrootcert"] == "/ca.pem")
        #expect(configuration.parameters["options"] == "-c geqo=off")
        #expect(configuration.applicationName == "mine")
        #expect(configuration.connectTimeout == .seconds(3))
        #expect(configuration.keepAlive != nil)
        #expect(
            configuration.description
                == "postgresql://some@one@one.example:5433,two.example/data base"
                + "?sslmode=verify-full&target_session_attrs=read-write")
    }

    @Test(arguments: [
        "postgres", "postgresql+psycopg2", "postgresql+psycopg", "postgresql+asyncpg", "POSTGRESQL", "postgres+pg8000",
    ])
    func schemes(_ scheme: String) throws {
        let configuration = try PostgreSQLConfiguration("\(scheme)://user:word@host:5432/base")
        #expect(configuration.parameters["host"] == "host")
        #expect(configuration.parameters["dbname"] == "base")
        #expect(configuration.password == "word")
    }

    @Test func defaultsAreLibPQs() throws {
        let configuration = try PostgreSQLConfiguration("postgresql://")
        #expect(configuration.parameters.isEmpty)
        #expect(configuration.password == nil)
        #expect(configuration.connectTimeout == .seconds(10))
        let service = try PostgreSQLConfiguration("postgresql:///?service=tracking&keepalives_idle=5&connect_timeout=0")
        #expect(service.parameters == ["service": "tracking", "keepalives_idle": "5"])
        #expect(service.keepAlive == nil && service.connectTimeout == nil)
        let socket = try PostgreSQLConfiguration("postgresql:///base?host=/run/postgresql")
        #expect(socket.parameters == ["dbname": "base", "host": "/run/postgresql"])
    }

    /// Unambiguous URIs are read as libpq reads them.
    @Test(arguments: [
        ("postgresql://u:p?w#:[]@h/d", "p?w#:[]"), ("postgresql://u:p w@h/d", "p w"),
        ("postgresql://h/d?password=a@b/c", "a@b/c"),
    ])
    func unusualPasswordsAreRead(_ uri: String, _ password: String) throws {
        let configuration = try PostgreSQLConfiguration(uri)
        #expect(configuration.password == password && configuration.parameters["host"] == "h")
        #expect(configuration.parameters["dbname"] == "d")
    }

    @Test func passwordsAreNotShown() throws {
        var configuration = try PostgreSQLConfiguration(
            "postgresql://user:hidden-word@host/base?sslpassword=hidden-key")
        var texts = [configuration.description, configuration.debugDescription, "\(configuration)"]
        var dumped = ""
        dump(configuration, to: &dumped)
        texts += [dumped, String(reflecting: configuration), "\([configuration])", "\(Optional(configuration) as Any)"]
        configuration.password = "hidden-other"
        texts.append("\(configuration)")
        for text in texts { #expect(!text.contains("hidden"), "\(text)") }
        #expect(configuration.password == "hidden-other")
    }

    @Test(arguments: [
        ("mysql://u:hidden@h/d", "begin with postgresql://"),
        ("host=h password=hidden", "begin with postgresql://"),
        ("postgresql+://u:hidden@h/d", "begin with postgresql://"),
        ("", "begin with postgresql://"),
        ("postgresql://u:hid/den@h/d", "%2F"),
        ("postgresql://u:123/hidden@h/d", "%2F"),
        ("postgresql://hidden:hidden/d", "%3A"),
        ("postgresql://h:70000/d", "%3A"),
        ("postgresql://u:hidden@h:/d?sslmod=require", "sslmod"),
        ("postgresql://u:hidden@h:/d?sslmode", "missing key/value separator"),
        ("postgresql://u:hidden%zz@h/d", "percent-encoded"),
        ("postgresql://u:hidden@[::1/d", "end of string"),
        ("postgresql://u:hidden@[::1]hidden/d", "unexpected character"),
        ("postgresql://h/d?password=hidden&connect_timeout=hidden", "connect_timeout"),
        ("postgresql://u:hidden\0@h/d", "NUL"),
        ("postgresql://u:hid@den@h/d", "%40"),
        ("postgresql://h/d?password=x&hidden=y", "invalid URI query parameter"),
        ("postgresql://h:\u{301}hidden/d", "port"),
        ("postgresql://u:x%\u{301}hidden@h/d", "percent-encoded"),
        ("postgresql://u:hid@den/hid@h/d", "%40"),
        ("postgresql://u:hid@den?hid@h/d", "%40"),
        ("postgresql://u:hid/\u{301}den@h/d", "%2F"),
    ])
    func unusableURIs(_ uri: String, _ reason: String) throws {
        let failure = #expect(throws: PostgreSQLError.self) { try PostgreSQLConfiguration(uri) }
        #expect(failure?.kind == .invalidConfiguration)
        #expect(failure?.isTransient == false)
        let text = failure?.description ?? ""
        #expect(text.contains(reason), "\(text)")
        #expect(!text.contains("hid"), "\(text)")
    }

    /// For any input: no crash, and no error with text that the URI's author may want hidden.
    @Test func randomURIs() throws {
        let chunks = [
            "postgresql", "postgres", "+psycopg2", "://", ":", "/", "@", "?", "&", "=", "%", "%2F", "%zz", "[", "]",
            ",",
            "host", "5432", "::1", "sslmode", "require", "options", "#", " ", "\0", "é", "🦊", "\\", "'", "\"",
            "service",
        ]
        var generator = SeededGenerator(seed: 1)
        var accepted = 0
        for _ in 0..<20_000 {
            var uri = Bool.random(using: &generator) ? "postgresql://user:HIDDEN" : ""
            for _ in 0..<Int.random(in: 0...12, using: &generator) {
                uri += chunks.randomElement(using: &generator) ?? ""
                if Int.random(in: 0..<6, using: &generator) == 0 { uri += "HIDDEN" }
            }
            do {
                let configuration = try PostgreSQLConfiguration(uri)
                accepted += 1
                _ = configuration.description
                if let password = configuration.password, password.contains("HIDDEN"),
                    !configuration.parameters.values.contains(where: { $0.contains("HIDDEN") })
                {
                    #expect(!configuration.description.contains("HIDDEN"))
                }
            } catch let error as PostgreSQLError {
                #expect(error.kind == .invalidConfiguration)
                if error.description.contains("HIDDEN") { Issue.record("\(uri.debugDescription): \(error)") }
            }
        }
        #expect(accepted > 400)
    }
}
