import Foundation
import Parallelism
import PostgreSQL
import TestSupport
import Testing

/// A test's own schema in a server's database.
struct TestDatabase {
    let configuration: PostgreSQLConfiguration
    let schema: String

    init(_ server: TestServers.PostgreSQL? = nil) async throws {
        let server = try server ?? TestServers.postgresql()
        schema = "test_" + UUID().uuidString.replacing("-", with: "").lowercased()
        var configuration = try PostgreSQLConfiguration(server.uri)
        configuration.parameters["options"] = "-c search_path=\(schema)"
        self.configuration = configuration
        let pool = PostgreSQLPool(configuration, maximumConnections: 1)
        try await pool.withConnection { [schema] in try $0.simple("CREATE SCHEMA \(schema)") }
        await pool.close()
    }

    func pool(
        connections: Int = 4, waitTimeout: Duration = .seconds(30), idleTimeout: Duration = .seconds(300),
        statementCacheSize: Int = 100, notices: (@Sendable (PostgreSQLNotice) -> Void)? = nil,
        change: (inout PostgreSQLConfiguration) -> Void = { _ in }
    ) -> PostgreSQLPool {
        var configuration = configuration
        change(&configuration)
        return PostgreSQLPool(
            configuration, maximumConnections: connections, waitTimeout: waitTimeout, idleTimeout: idleTimeout,
            statementCacheSize: statementCacheSize, notices: notices)
    }
}

/// The error that work throws, which must be a `PostgreSQLError`.
func failure<Result>(_ work: () async throws -> Result) async -> PostgreSQLError? {
    await #expect(throws: PostgreSQLError.self) { _ = try await work() }
}

extension PostgreSQLPool {
    /// The only value that a statement returns.
    func value(_ sql: String, _ values: [PostgreSQLValue] = []) async throws -> PostgreSQLValue? {
        try await withConnection { try $0.query(sql, values).firstValue }
    }

    func simple(_ sql: String) async throws { try await withConnection { try $0.simple(sql) } }
}

/// A value that closures on several threads share.
final class Shared<Value: Sendable>: Sendable {
    private let mutex: Lock<Value>

    init(_ value: Value) { mutex = Lock(value) }

    func withLock<Result: Sendable>(_ body: (inout Value) -> Result) -> Result {
        mutex.withLock { value in
            var copy = value
            defer { value = copy }
            return body(&copy)
        }
    }
}
