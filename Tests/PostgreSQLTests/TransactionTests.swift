import Foundation
import Parallelism
import PostgreSQL
import TestSupport
import Testing

@Suite(.needs(.postgresql)) struct TransactionTests {
    private struct Odd: Error {}

    private func pool() async throws -> PostgreSQLPool {
        let pool = try await TestDatabase().pool()
        try await pool.simple("CREATE TABLE t (id int PRIMARY KEY, n int); INSERT INTO t VALUES (1, 0), (2, 0)")
        return pool
    }

    @Test func allOrNothing() async throws {
        let pool = try await pool()
        await #expect(throws: Odd.self) {
            try await pool.write { connection in
                try connection.execute("UPDATE t SET n = 5")
                throw Odd()
            }
        }
        #expect(try await pool.value("SELECT sum(n) FROM t") == 0)
        try await pool.write { connection in
            try connection.execute("UPDATE t SET n = 5 WHERE id = 1")
            try connection.execute("UPDATE t SET n = 6 WHERE id = 2")
            try connection.copy(into: "t", columns: ["id", "n"], rows: [[3, 7]])
        }
        #expect(try await pool.value("SELECT sum(n) FROM t") == 18)
        // Each kind of call can be a transaction's first.
        for first in 0..<5 {
            await #expect(throws: Odd.self) {
                try await pool.write { connection in
                    #expect(connection.isInTransaction)
                    switch first {
                    case 0: try connection.simple("UPDATE t SET n = 0")
                    case 1: try connection.copy(into: "t", columns: ["id"], rows: [[9]])
                    case 2: _ = try connection.pipeline([PostgreSQLStatement("UPDATE t SET n = 0")])
                    case 3: try connection.execute("UPDATE t SET n = $1", rows: [[1], [2]])
                    default: break
                    }
                    throw Odd()
                }
            }
        }
        #expect(try await pool.value("SELECT sum(n) FROM t") == 18)
        try await pool.write { _ in }
    }

    @Test func readersDoNotWriteAndSeeOneState() async throws {
        let pool = try await pool()
        let refusal = await failure { try await pool.read { try $0.execute("UPDATE t SET n = 1") } }
        #expect(refusal?.sqlState == "25006")
        let other = DispatchSemaphore(value: 0), seen = DispatchSemaphore(value: 0)
        async let sums = pool.read { connection in
            let first = try connection.query("SELECT sum(n) FROM t").firstValue
            seen.signal()
            other.await()
            return [first, try connection.query("SELECT sum(n) FROM t").firstValue]
        }
        try await pool.withConnection { connection in
            seen.await()
            try connection.execute("UPDATE t SET n = 10")
            other.signal()
        }
        #expect(try await sums == [0, 0])
        let isolation = try await pool.read(isolation: .serializable) {
            try $0.query("SHOW transaction_isolation").firstValue
        }
        #expect(isolation == "serializable")
    }

    @Test func aSwallowedFailureIsNotCommitted() async throws {
        let pool = try await pool()
        let error = await failure {
            try await pool.write { connection in
                try connection.execute("UPDATE t SET n = 1")
                _ = try? connection.query("SELECT 1/0")
            }
        }
        #expect(error?.sqlState == "25P02")
        #expect(try await pool.value("SELECT sum(n) FROM t") == 0)
    }

    @Test func aCommitThatIsRefused() async throws {
        let pool = try await pool()
        try await pool.simple("CREATE TABLE late (id int REFERENCES t DEFERRABLE INITIALLY DEFERRED)")
        let error = await failure { try await pool.write { try $0.execute("INSERT INTO late VALUES (77)") } }
        #expect(error?.sqlState == "23503" && error?.kind == .server)
        #expect(try await pool.value("SELECT count(*) FROM late") == 0)
    }

    /// Two transactions that lock two rows in opposite orders: one is aborted, and run again.
    @Test func deadlocksAreRunAgain() async throws {
        let pool = try await pool()
        let bothHoldOne = Barrier(2)
        let attempts = Shared(0)
        func transfer(_ first: Int64, _ second: Int64) async throws {
            try await pool.write { connection in
                let isFirstTry = attempts.withLock { attempts in
                    attempts += 1
                    return attempts <= 2
                }
                try connection.execute("UPDATE t SET n = n + 1 WHERE id = $1", [.integer(first)])
                if isFirstTry { bothHoldOne.meet() }
                try connection.execute("UPDATE t SET n = n + 1 WHERE id = $1", [.integer(second)])
            }
        }
        async let one: Void = transfer(1, 2)
        async let two: Void = transfer(2, 1)
        _ = try await (one, two)
        #expect(attempts.withLock { $0 } == 3)
        #expect(try await pool.value("SELECT sum(n) FROM t") == 4)
    }

    @Test func conflictsAreRunAgainUpToALimit() async throws {
        let pool = try await pool()
        try await withThrowingTaskGroup { group in
            for _ in 0..<8 {
                group.addTask {
                    try await pool.write(isolation: .serializable, retries: 100) { connection in
                        let n = try connection.query("SELECT n FROM t WHERE id = 1").firstValue?.integerValue ?? 0
                        _ = try connection.query("SELECT pg_sleep(0.01)")
                        try connection.execute("UPDATE t SET n = $1 WHERE id = 1", [.integer(n + 1)])
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await pool.value("SELECT n FROM t WHERE id = 1") == 8)
        let attempts = Shared(0)
        let error = await failure {
            try await pool.write(retries: 2) { connection in
                attempts.withLock { $0 += 1 }
                try connection.simple("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40001'; END $$")
            }
        }
        #expect(error?.isConflict == true && error?.isTransient == true && attempts.withLock { $0 } == 3)
    }

    /// The server's process is ended while it commits.
    @Test func aCommitWithUnknownOutcome() async throws {
        let database = try await TestDatabase()
        let pool = database.pool()
        try await pool.simple(
            """
            CREATE TABLE t (a int);
            CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(60); RETURN NULL; END $$;
            CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION slow()
            """)
        let process = Shared(0), attempts = Shared(0)
        let work = Task {
            try await pool.write { connection in
                attempts.withLock { $0 += 1 }
                process.withLock { $0 = connection.serverProcess }
                try connection.execute("INSERT INTO t VALUES (1)")
            }
        }
        let find = "SELECT count(*) FROM pg_stat_activity WHERE pid = $1 AND query = 'COMMIT' AND state = 'active'"
        while try await pool.value(find, [.integer(Int64(process.withLock { $0 }))]) != 1 {
            try await Task.sleep(for: .milliseconds(10))
        }
        _ = try await pool.value("SELECT pg_terminate_backend($1)", [.integer(Int64(process.withLock { $0 }))])
        let error = await failure { try await work.value }
        #expect(error?.kind == .outcomeUnknown && error?.isTransient == false && error?.sqlState == "57P01")
        #expect(attempts.withLock { $0 } == 1)
        #expect(try await pool.value("SELECT count(*) FROM t") == 0)
    }
}

extension DispatchSemaphore {
    /// Waits for the signal, and fails the test when it does not come.
    func await() { if wait(timeout: .now() + 60) == .timedOut { Issue.record("nobody came in a minute") } }
}

/// A point where threads wait for each other.
final class Barrier: Sendable {
    private let arrived = Lock(0)
    private let all = DispatchSemaphore(value: 0)
    private let count: Int

    init(_ count: Int) { self.count = count }

    func meet() {
        let isLast = arrived.withLock { arrived in
            arrived += 1
            return arrived == count
        }
        if isLast { for _ in 0..<count { all.signal() } }
        all.await()
    }
}
