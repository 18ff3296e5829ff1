import Foundation
import PostgreSQL
import TestSupport
import Testing

@Suite(.needs(.postgresql)) struct PoolTests {
    @Test func connectionsAreSharedUpToTheLimit() async throws {
        let pool = try await TestDatabase().pool(connections: 3)
        let running = Shared((now: 0, most: 0))
        let processes = try await withThrowingTaskGroup(of: Int.self, returning: Set<Int>.self) { group in
            for _ in 0..<40 {
                group.addTask {
                    try await pool.withConnection { connection in
                        running.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
                        _ = try connection.query("SELECT pg_sleep(0.01)")
                        running.withLock { $0.now -= 1 }
                        return connection.serverProcess
                    }
                }
            }
            return try await group.reduce(into: []) { $0.insert($1) }
        }
        #expect(processes.count == 3 && running.withLock { $0.most } == 3)
    }

    /// Holds the pool's only connection until it is released.
    private func hold(_ pool: PostgreSQLPool, _ release: DispatchSemaphore) async throws -> Task<Void, any Error> {
        let started = AsyncStream<Void>.makeStream()
        let task = Task {
            try await pool.withConnection { _ in
                started.continuation.finish()
                release.await()
            }
        }
        for await _ in started.stream {}
        return task
    }

    @Test func waitersAreServedInOrder() async throws {
        let pool = try await TestDatabase().pool(connections: 1)
        let release = DispatchSemaphore(value: 0)
        let holder = try await hold(pool, release)
        let order = Shared<[Int]>([])
        var tasks: [Task<Void, any Error>] = []
        for number in 0..<8 {
            tasks.append(Task { try await pool.withConnection { _ in order.withLock { $0.append(number) } } })
            while pool.waitingCount <= number { try await Task.sleep(for: .milliseconds(1)) }
        }
        // One of them leaves the queue.
        tasks[3].cancel()
        await #expect(throws: CancellationError.self) { try await tasks[3].value }
        release.signal()
        try await holder.value
        for (number, task) in tasks.enumerated() where number != 3 { try await task.value }
        #expect(order.withLock { $0 } == [0, 1, 2, 4, 5, 6, 7])
    }

    @Test func waitingHasALimit() async throws {
        let pool = try await TestDatabase().pool(connections: 1, waitTimeout: .milliseconds(100))
        let release = DispatchSemaphore(value: 0)
        let holder = try await hold(pool, release)
        let error = await failure { try await pool.value("SELECT 1") }
        #expect(error?.kind == .poolExhausted && error?.isTransient == true)
        release.signal()
        try await holder.value
        #expect(try await pool.value("SELECT 1") == 1)
    }

    @Test func closingWaitsForWorkAndRefusesMore() async throws {
        let pool = try await TestDatabase().pool(connections: 1)
        let release = DispatchSemaphore(value: 0)
        let holder = try await hold(pool, release)
        let waiter = Task { try await pool.value("SELECT 1") }
        while pool.waitingCount == 0 { try await Task.sleep(for: .milliseconds(1)) }
        let closed = Shared(false)
        let closing = Task {
            await pool.close()
            closed.withLock { $0 = true }
        }
        let refused = await failure { try await waiter.value }
        #expect(refused?.kind == .closed)
        #expect(!closed.withLock { $0 })
        release.signal()
        try await holder.value
        await closing.value
        let late = await failure { try await pool.value("SELECT 1") }
        #expect(late?.kind == .closed)
        await pool.close()
        let unused = try await TestDatabase().pool()
        await unused.close()
    }

    private func sessions(_ watcher: PostgreSQLPool, _ name: String) async throws -> PostgreSQLValue? {
        try await watcher.value("SELECT count(*) FROM pg_stat_activity WHERE application_name = $1", [.text(name)])
    }

    @Test func idleConnectionsAreClosed() async throws {
        let database = try await TestDatabase()
        let name = database.schema, watcher = database.pool()
        let pool = database.pool(idleTimeout: .milliseconds(300), change: { $0.applicationName = name })
        let process = try await pool.withConnection { $0.serverProcess }
        while try await sessions(watcher, name) != 0 { try await Task.sleep(for: .milliseconds(20)) }
        #expect(try await pool.withConnection { $0.serverProcess } != process)
    }

    /// Connections that end for lack of work at the moment when somebody needs one.
    @Test func endingAndComingAtTheSameTime() async throws {
        let pool = try await TestDatabase().pool(connections: 1, waitTimeout: .seconds(20), idleTimeout: .zero)
        for round in 0..<100 {
            #expect(try await pool.value("SELECT $1::int", [.integer(Int64(round))]) == .integer(Int64(round)))
            if round % 3 == 0 { try await Task.sleep(for: .microseconds(round)) }
        }
    }

    @Test func aPoolThatIsForgottenLeavesNothing() async throws {
        let database = try await TestDatabase()
        let name = database.schema, watcher = database.pool()
        do {
            let pool = database.pool(change: { $0.applicationName = name })
            #expect(try await pool.value("SELECT 1") == 1)
        }
        while try await sessions(watcher, name) != 0 { try await Task.sleep(for: .milliseconds(20)) }
    }

    @Test func openTransactionsAreRolledBack() async throws {
        let pool = try await TestDatabase().pool(connections: 1)
        try await pool.simple("CREATE TABLE t (a int)")
        let process = try await pool.withConnection { connection in
            try connection.simple("BEGIN")
            try connection.execute("INSERT INTO t VALUES (1)")
            #expect(connection.isInTransaction)
            return connection.serverProcess
        }
        let after = try await pool.withConnection { connection in
            #expect(!connection.isInTransaction)
            let count = try connection.query("SELECT count(*) FROM t").firstValue
            #expect(count == 0)
            return connection.serverProcess
        }
        #expect(process == after)
    }

    @Test func connectionsThatAreEndedAreReplaced() async throws {
        let database = try await TestDatabase()
        let pool = database.pool(connections: 1)
        let admin = PostgreSQLPool(try PostgreSQLConfiguration(try TestServers.postgresql().adminURI))
        for _ in 0..<5 {
            let process = try await pool.withConnection { $0.serverProcess }
            #expect(try await admin.value("SELECT pg_terminate_backend($1, 5000)", [.integer(Int64(process))]) == true)
            #expect(try await pool.withConnection { $0.serverProcess } != process)
        }
        // In the middle of the work.
        let lost = await failure {
            try await pool.withConnection { connection in
                try connection.query("SELECT pg_terminate_backend(pg_backend_pid())")
            }
        }
        #expect(lost?.kind == .connectionLost && lost?.sqlState == "57P01" && lost?.isTransient == true)
        #expect(try await pool.value("SELECT 1") == 1)
        await admin.close()
    }
}
