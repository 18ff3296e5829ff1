import Foundation
import PostgreSQL
import TestSupport

/// A schema of a test's own in the shared server's database.
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
