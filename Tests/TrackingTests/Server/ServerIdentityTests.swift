import Foundation
import HTTPTransport
import Parallelism
import StorageIO
import TestSupport
import Testing
import Tracking

/// Servers that are not MLflow, and servers that require credentials.
@Suite struct ServerIdentityTests {
    /// Gives the same response to every request.
    private static let program = #"""
        import http.server, os, sys, threading, time
        folder, status, kind, body = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4].encode()
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version, wbufsize = "HTTP/1.1", -1
            def log_message(self, *arguments): pass
            def respond(self):
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self.send_response(status)
                if 300 <= status < 400: self.send_header("Location", "https://user:secret@elsewhere.example/x?y=z")
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD": self.wfile.write(body)
            do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = do_PATCH = respond
        """#

    struct Stranger: CustomTestStringConvertible {
        var status: Int
        var kind = "text/html"
        var body: String
        var code: TrackingError.Code
        var words: String
        var testDescription: String { "\(status) \(body.prefix(20))" }
    }

    @Test(
        .needs(.python),
        arguments: [
            Stranger(status: 200, body: "<html>welcome</html>", code: .incompatibleServer, words: "not the address of"),
            Stranger(status: 404, body: "<html>nothing</html>", code: .incompatibleServer, words: "not the address of"),
            Stranger(
                status: 404, body: "{\"error\": \"nope\"}", code: .incompatibleServer, words: "not the address of"),
            Stranger(status: 301, body: "", code: .incompatibleServer, words: "https://elsewhere.example/x;"),
            Stranger(status: 200, body: "[1, 2]", code: .incompatibleServer, words: "an object"),
            Stranger(status: 200, body: "{}", code: .incompatibleServer, words: "'experiment' is not an object"),
            Stranger(status: 404, body: "2.3.1", code: .incompatibleServer, words: "not the address of"),
            Stranger(status: 401, body: "who are you?", code: .permissionDenied, words: "401"),
            Stranger(
                status: 403, kind: "application/json",
                body: "{\"error_code\": \"PERMISSION_DENIED\", \"message\": \"not\\nyours\"}", code: .permissionDenied,
                words: "403 PERMISSION_DENIED: not yours"),
            Stranger(status: 418, body: "teapot", code: .unavailable, words: "418"),
        ])
    func strangersAreNamed(_ stranger: Stranger) async throws {
        let server = try PythonProgram(
            Self.program, arguments: ["\(stranger.status)", stranger.kind, stranger.body])
        let client = try await TrackingClient.open("http://\(server.authority)")
        do {
            _ = try await client.experiment(id: "1")
            Issue.record("no error")
        } catch let error as TrackingError {
            #expect(error.code == stranger.code)
            #expect("\(error)".contains(stranger.words) && !"\(error)".contains("secret"), "\(error)")
        }
        // A server without such an experiment is told from one that is not MLflow.
        do {
            _ = try await client.experiment(named: "x")
            Issue.record("no error")
        } catch let error as TrackingError {
            #expect(error.code == stranger.code)
        }
        let folder = try await client.artifacts(at: "mlflow-artifacts:/1/x")
        if stranger.status != 200 {
            await #expect(throws: ObjectStoreError.self) { _ = try await folder.read("y") }
        }
        await #expect(throws: ObjectStoreError.self) { try await folder.write([1], to: "y") }
        try await client.close()
    }

    /// Over a database under load, MLflow has one code for bad requests and for requests that it has no connection for.
    @Test(.needs(.python)) func aServerWithoutConnectionsToItsDatabaseIsAskedAgain() async throws {
        let body = #"{"error_code": "BAD_REQUEST", "message": "QueuePool limit of size 5 overflow 10 reached"}"#
        let server = try PythonProgram(Self.program, arguments: ["400", "application/json", body])
        let store = try RESTTrackingStore(
            uri: "http://\(server.authority)", policy: RetryPolicy(maximumAttempts: 3, initialDelay: .milliseconds(1)))
        do {
            _ = try await store.experiment(id: "1")
            Issue.record("no error")
        } catch let error as TrackingError {
            #expect(error.code == .unavailable && "\(error)".contains("3 attempts"))
        }
        try await store.close()
    }

    @Test(.needs(.mlflow)) func usersAreAskedForTheirPassword() async throws {
        let server = try await onDedicatedThread(named: "server") { _ in
            try OwnServer(.mlflow, options: ["--basic-auth"])
        }
        let location = try server.mlflow()
        let (user, password) = (try #require(location.user), try #require(location.password))
        let authority = location.authority
        let nobody = try await TrackingClient.open(location.uri)
        await expect(.permissionDenied) { _ = try await nobody.experiment(named: "e") }
        let liar = try await TrackingClient.open("http://\(user):wrong@\(authority)")
        await expect(.permissionDenied) { _ = try await liar.experiment(named: "e") }
        do {
            _ = try await liar.artifacts(at: "mlflow-artifacts:/1/x").read("y")
            Issue.record("no error")
        } catch let error as ObjectStoreError {
            #expect(error.code == .permissionDenied && !"\(error)".contains("wrong"))
        }
        let inURI = try await TrackingClient.open("http://\(user):\(password)@\(authority)")
        #expect(!inURI.uri.contains(password))
        let experiment = try await inURI.experiment(named: "e")
        let option = try await TrackingClient.open(
            location.uri, options: TrackingOptions(credentials: .user(user, password: password)))
        #expect(try await option.experiment(named: "e").id == experiment.id)
        let run = try await option.experiment(named: "e").startRun()
        try await run.log(text: "x", as: "a/b.txt")
        #expect(try await inURI.artifacts(at: "runs:/\(run.id)/a").read("b.txt") == Array("x".utf8))
        await expect(.invalidValue) {
            _ = try await TrackingClient.open(
                location.uri, options: TrackingOptions(credentials: .token("a\r\nHost: b")))
        }
        await expect(.invalidValue) {
            _ = try await TrackingClient.open(
                location.uri, options: TrackingOptions(credentials: .user("a:b", password: "c")))
        }
        for client in [nobody, liar, inURI, option] { try await client.close() }
    }
}
