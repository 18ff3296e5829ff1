import Foundation
import PostgreSQL
import TestSupport
import Testing

/// A server that is stopped, killed and frozen.
@Suite(.needs(.postgresql)) struct FaultTests {
    @Test func restartsAndKills() async throws {
        let server = try OwnServer(.postgresql)
        let database = try await TestDatabase(try server.postgresql())
        let pool = database.pool(connections: 2)
        try await pool.simple("CREATE TABLE t (a int)")
        for number in 1...2 {
            try await pool.write { try $0.execute("INSERT INTO t VALUES ($1)", [.integer(Int64(number))]) }
            // An orderly stop, or a crash.
            if number == 1 { try server.stop() } else { try server.kill() }
            let down = await failure { try await pool.value("SELECT 1") }
            #expect(down?.kind == .connectionFailed && down?.isTransient == true)
            try server.start()
            // What was committed is there, and nobody notices the new connection.
            #expect(try await pool.value("SELECT count(*) FROM t") == .integer(Int64(number)))
        }
        // A connection that is idle throughout.
        try server.kill()
        try server.start()
        #expect(try await pool.value("SELECT count(*) FROM t") == 2)

        // In the middle of a transaction.
        let started = AsyncStream<Void>.makeStream()
        let work = Task {
            try await pool.write { connection in
                try connection.execute("INSERT INTO t VALUES (3)")
                started.continuation.finish()
                _ = try connection.query("SELECT pg_sleep(3600)")
            }
        }
        for await _ in started.stream {}
        try server.kill()
        let lost = await failure { try await work.value }
        #expect(lost?.kind == .connectionLost && lost?.isTransient == true)
        try server.start()
        #expect(try await pool.value("SELECT count(*) FROM t") == 2)

        // In the middle of many rows.
        for isCopy in [true, false] {
            let many = Task {
                try await pool.write { connection in
                    let rows = sequence(first: Int64(0)) { ($0 + 1) & 0xFFFF }.lazy.map {
                        [PostgreSQLValue.integer($0)]
                    }
                    if isCopy {
                        try connection.copy(into: "t", columns: ["a"], rows: rows)
                    } else {
                        try connection.execute("INSERT INTO t VALUES ($1)", rows: rows)
                    }
                }
            }
            try await Task.sleep(for: .milliseconds(200))
            try server.kill()
            let error = await failure { try await many.value }
            #expect(error?.kind == .connectionLost)
            try server.start()
            #expect(try await pool.value("SELECT count(*) FROM t") == 2)
        }
        await pool.close()
    }

    /// The server's process neither responds nor ends.
    @Test func aServerThatFreezes() async throws {
        let database = try await TestDatabase()
        let pool = database.pool(connections: 1, change: { $0.statementTimeout = .milliseconds(300) })
        let process = try await pool.withConnection { Int32($0.serverProcess) }
        let start = ContinuousClock.now
        #expect(kill(process, SIGSTOP) == 0, "the tests have to run as the server's user or as root")
        let error = await failure { try await pool.value("SELECT 1") }
        #expect(error?.kind == .timedOut)
        #expect(ContinuousClock.now - start < .seconds(30))
        // A new connection replaces it.
        #expect(try await pool.withConnection { Int32($0.serverProcess) } != process)
        _ = kill(process, SIGCONT)

        // A cancelled task does not wait for it either.
        let patient = database.pool(connections: 1)
        let second = try await patient.withConnection { Int32($0.serverProcess) }
        #expect(kill(second, SIGSTOP) == 0)
        let task = Task { try await patient.value("SELECT 1") }
        try await Task.sleep(for: .milliseconds(50))
        task.cancel()
        await #expect(throws: CancellationError.self) { _ = try await task.value }
        _ = kill(second, SIGCONT)
        #expect(try await patient.value("SELECT 1") == 1)
    }

    /// Connections that break at any byte: an error, never a wrong result or an endless wait.
    @Test(.needs(.python)) func connectionsThatBreakOff() async throws {
        let server = try TestServers.postgresql()
        let known = try PostgreSQLConfiguration(server.uri)
        let port = try #require(known.parameters["port"].flatMap { UInt16($0) })
        var generator = SeededGenerator(seed: 5)
        var responses = 0
        for round in 0..<60 {
            // A result takes about 500 bytes of greetings, and then 3000.
            let relay = try BreakingRelay(
                to: port, after: round < 10 ? 1 << 20 : Int.random(in: 0...4000, using: &generator))
            var configuration = known
            configuration.parameters["port"] = "\(relay.port)"
            configuration.parameters["sslmode"] = "disable"
            let pool = PostgreSQLPool(configuration, maximumConnections: 1)
            do {
                let text = try await pool.value("SELECT repeat('abc', $1)", [1000])
                #expect(text == .text(String(repeating: "abc", count: 1000)))
                responses += 1
            } catch let error as PostgreSQLError {
                #expect(error.kind == .connectionLost || error.kind == .connectionFailed, "\(error)")
                #expect(round >= 10)
            }
            await pool.close()
        }
        #expect((10..<60).contains(responses))
    }
}

/// Forwards bytes between clients and a server, and closes the connection after so many of the server's.
final class BreakingRelay: Sendable {
    private let program: RelayProgram
    let port: UInt16

    init(to server: UInt16, after limit: Int) throws {
        program = try RelayProgram(
            """
            import socket, sys, threading
            listener = socket.socket(); listener.bind(('127.0.0.1', 0)); listener.listen()
            print(listener.getsockname()[1], flush=True)
            def serve(client):
                server = socket.create_connection(('127.0.0.1', int(sys.argv[1])))
                def forward():
                    try:
                        while data := client.recv(65536): server.sendall(data)
                    except OSError: pass
                    try: server.shutdown(socket.SHUT_WR)
                    except OSError: pass
                threading.Thread(target=forward, daemon=True).start()
                left = int(sys.argv[2])
                try:
                    while left > 0 and (data := server.recv(min(left, 65536))):
                        client.sendall(data)
                        left -= len(data)
                except OSError: pass
                for end in (client, server):
                    try: end.shutdown(socket.SHUT_RDWR)
                    except OSError: pass
                    end.close()
            while True: threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
            """, ["\(server)", "\(limit)"])
        port = program.port
    }
}

/// A Python program that prints its port first; it is ended with the last reference.
final class RelayProgram: @unchecked Sendable {
    // Invariant: nothing is changed after the initialiser.
    private let process = Process()
    let port: UInt16

    init(_ source: String, _ arguments: [String]) throws {
        let output = Pipe()
        process.executableURL = URL(filePath: Oracle.python)
        process.arguments = ["-c", source] + arguments
        process.standardOutput = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        guard let port = UInt16(line.trimmingCharacters(in: .newlines)) else {
            throw Oracle.Failure(description: "the relay printed no port but \(line.debugDescription)")
        }
        self.port = port
    }

    deinit { kill(process.processIdentifier, SIGKILL) }
}
