import Foundation
import PostgreSQL
import TestSupport
import Testing

/// Time limits and cancellation. Limits are wide: what matters is that an hour of sleep ends at all.
@Suite(.needs(.postgresql)) struct InterruptionTests {
    private static let soon = Duration.seconds(20)

    /// Cancels work that is known to run at the server, and returns how long it took to end.
    private func cancel<Result: Sendable>(
        _ database: TestDatabase, _ pool: PostgreSQLPool, _ name: String,
        _ body: @escaping @Sendable (PostgreSQLConnection) throws -> Result
    ) async throws -> Duration {
        let watcher = database.pool(connections: 1)
        let task = Task { try await pool.withConnection(body) }
        let find = "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1 AND state = 'active'"
        while try await watcher.value(find, [.text(name)]) != 1 { try await Task.sleep(for: .milliseconds(5)) }
        let start = ContinuousClock.now
        task.cancel()
        await #expect(throws: CancellationError.self) { _ = try await task.value }
        let duration = ContinuousClock.now - start
        while try await watcher.value(find, [.text(name)]) != 0 { try await Task.sleep(for: .milliseconds(5)) }
        return duration
    }

    @Test func cancellationReachesTheServer() async throws {
        let database = try await TestDatabase()
        let name = database.schema
        let pool = database.pool(connections: 1, change: { $0.applicationName = name })
        try await pool.simple("CREATE TABLE t (a int)")
        let process = try await pool.withConnection { $0.serverProcess }
        let ways: [@Sendable (PostgreSQLConnection) throws -> Void] = [
            { _ = try $0.query("SELECT pg_sleep(3600)") },
            { try $0.simple("INSERT INTO t VALUES (1); SELECT pg_sleep(3600)") },
            { try $0.execute("INSERT INTO t SELECT $1::int FROM pg_sleep($2)", rows: [[0, 3600], [1, 3600]]) },
            { _ = try $0.pipeline([.init("INSERT INTO t VALUES (1)"), .init("SELECT pg_sleep(3600)")]) },
        ]
        for way in ways {
            #expect(try await cancel(database, pool, name, way) < Self.soon)
            // The connection is kept, the transaction is not.
            #expect(try await pool.withConnection { $0.serverProcess } == process)
        }
        #expect(try await pool.value("SELECT count(*) FROM t") == 0)
    }

    /// Many short statements, between which the server ignores a cancellation, and endless rows.
    @Test func cancellationOfManyRows() async throws {
        let database = try await TestDatabase()
        let name = database.schema
        let pool = database.pool(connections: 1, change: { $0.applicationName = name })
        try await pool.simple("CREATE TABLE t (a int8)")
        let endless = sequence(first: Int64(0)) { $0 + 1 }.lazy.map { [PostgreSQLValue.integer($0)] }
        let process = try await pool.withConnection { $0.serverProcess }
        let rows = UncheckedRows(rows: endless)
        #expect(
            try await cancel(database, pool, name) { connection in
                _ = try connection.execute("INSERT INTO t VALUES ($1)", rows: rows.rows)
            } < Self.soon)
        #expect(
            try await cancel(database, pool, name) { connection in
                _ = try connection.copy(into: "t", columns: ["a"], rows: rows.rows)
            } < Self.soon)
        // Rows that come so slowly that nothing ever has to wait for the server.
        let slow = UncheckedRows(
            rows: sequence(first: Int64(0)) { $0 + 1 }.lazy.map { number -> [PostgreSQLValue] in
                usleep(1000)
                return [.integer(number)]
            })
        for isCopy in [true, false] {
            let task = Task {
                try await pool.withConnection { connection in
                    if isCopy {
                        try connection.copy(into: "t", columns: ["a"], rows: slow.rows)
                    } else {
                        try connection.execute("INSERT INTO t VALUES ($1)", rows: slow.rows)
                    }
                }
            }
            try await Task.sleep(for: .milliseconds(100))
            let start = ContinuousClock.now
            task.cancel()
            await #expect(throws: CancellationError.self) { _ = try await task.value }
            #expect(ContinuousClock.now - start < Self.soon)
        }
        // Inside a transaction that swallows it.
        let task = Task {
            try await pool.write { connection in
                _ = try? connection.execute("INSERT INTO t VALUES ($1)", rows: rows.rows)
            }
        }
        try await Task.sleep(for: .milliseconds(100))
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(try await pool.value("SELECT count(*) FROM t") == 0)
        #expect(try await pool.withConnection { $0.serverProcess } == process)
    }

    /// A late cancellation must not hit the next statement.
    @Test func cancellationHitsNobodyElse() async throws {
        let pool = try await TestDatabase().pool(connections: 1)
        var cancelled = 0
        for round in 0..<200 {
            let task = Task { try await pool.value("SELECT pg_sleep(0.002)") }
            try await Task.sleep(for: .microseconds(round * 25))
            task.cancel()
            do { _ = try await task.value } catch is CancellationError { cancelled += 1 }
            #expect(try await pool.value("SELECT $1::int", [.integer(Int64(round))]) == .integer(Int64(round)))
        }
        #expect(cancelled > 0)
    }

    @Test func cancelledBeforeItBegins() async throws {
        let pool = try await TestDatabase().pool(connections: 1)
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await pool.value("SELECT 1")
        }
        await #expect(throws: CancellationError.self) { _ = try await task.value }
        #expect(try await pool.value("SELECT 1") == 1)
    }

    @Test func statementsHaveALimit() async throws {
        let pool = try await TestDatabase().pool(connections: 1, change: { $0.statementTimeout = .milliseconds(200) })
        for isSimple in [true, false] {
            let error = await failure {
                try await pool.withConnection { connection in
                    if isSimple {
                        try connection.simple("SELECT pg_sleep(3600)")
                    } else {
                        _ = try connection.query("SELECT pg_sleep(3600)")
                    }
                }
            }
            #expect(error?.kind == .timedOut && error?.sqlState == "57014" && error?.isTransient == true)
        }
        #expect(try await pool.value("SELECT 1") == 1)
        // Somebody else's cancellation is neither a timeout nor our task's.
        let unlimited = try await TestDatabase().pool()
        let cancelled = await failure {
            try await unlimited.withConnection { connection in
                try connection.simple("SELECT pg_cancel_backend(pg_backend_pid()); SELECT pg_sleep(3600)")
            }
        }
        #expect(cancelled?.kind == .cancelled)
    }

    @Test func locksHaveALimit() async throws {
        let database = try await TestDatabase()
        let pool = database.pool(change: { $0.lockTimeout = .milliseconds(100) })
        try await pool.simple("CREATE TABLE t (a int)")
        let error = await failure {
            try await pool.write { connection in
                try connection.execute("LOCK TABLE t")
                let done = DispatchSemaphore(value: 0)
                let inner = Shared<PostgreSQLError?>(nil)
                Task {
                    let error = await failure { try await pool.value("SELECT count(*) FROM t") }
                    inner.withLock { $0 = error }
                    done.signal()
                }
                done.await()
                if let error = inner.withLock({ $0 }) { throw error }
            }
        }
        #expect(error?.kind == .timedOut && error?.sqlState == "55P03" && error?.isTransient == true)
    }

    /// A server that accepts connections and never sends a byte.
    @Test func connectingHasALimit() async throws {
        let silent = try SilentServer()
        var configuration = try PostgreSQLConfiguration(
            "postgresql://u:hidden@127.0.0.1:\(silent.port)/d?sslmode=disable")
        configuration.connectTimeout = .milliseconds(300)
        let pool = PostgreSQLPool(configuration)
        let start = ContinuousClock.now
        let error = await failure { try await pool.value("SELECT 1") }
        #expect(error?.kind == .timedOut && error?.description.contains("\(silent.port)") == true)
        #expect(error?.description.contains("hidden") == false)
        #expect(ContinuousClock.now - start < Self.soon)
        // The next host gets its own time.
        let server = try TestServers.postgresql()
        let second = try PostgreSQLConfiguration(server.uri)
        configuration.parameters = second.parameters
        configuration.password = second.password
        configuration.parameters["host"] = "127.0.0.1,127.0.0.1"
        configuration.parameters["port"] = "\(silent.port),\(second.parameters["port"] ?? "")"
        configuration.connectTimeout = .seconds(2)
        let patient = PostgreSQLPool(configuration)
        #expect(try await patient.value("SELECT 1") == 1)
        // A cancelled task does not wait for the limit.
        configuration.connectTimeout = nil
        configuration.parameters["port"] = "\(silent.port)"
        configuration.parameters["host"] = "127.0.0.1"
        let endless = PostgreSQLPool(configuration)
        let task = Task { try await endless.value("SELECT 1") }
        try await Task.sleep(for: .milliseconds(100))
        task.cancel()
        await #expect(throws: CancellationError.self) { _ = try await task.value }
        await endless.close()
    }
}

/// `@unchecked Sendable`: each body that uses the rows makes its own iterator.
struct UncheckedRows<Rows: Sequence<[PostgreSQLValue]>>: @unchecked Sendable { let rows: Rows }

/// Listens on 127.0.0.1, and does nothing else.
final class SilentServer: Sendable {
    private let listener: Int32
    let port: UInt16

    init() throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, length) == 0 && listen(listener, 16) == 0
                    && getsockname(listener, address, &length) == 0
            }
        }
        guard status else { throw Oracle.Failure(description: "cannot listen: \(String(cString: strerror(errno)))") }
        self.listener = listener
        port = UInt16(bigEndian: address.sin_port)
    }

    deinit { _ = close(listener) }
}
