import Foundation
import PostgreSQL
import TestSupport

/// Separate databases on the PostgreSQL server of a test run.
enum TestDatabases {
    /// Makes an empty database.
    /// - Returns: Its URI with the user that owns it.
    static func make() async throws -> String {
        let server = try TestServers.postgresql()
        let name = "tracking_" + UUID().uuidString.replacing("-", with: "").lowercased()
        let pool = PostgreSQLPool(try PostgreSQLConfiguration(server.adminURI), maximumConnections: 1)
        try await pool.withConnection { connection in
            try connection.simple("CREATE DATABASE \(name) OWNER antifraud")
        }
        await pool.close()
        return server.uri.replacing(#//[^/]*$/#, with: "/\(name)")
    }
}
