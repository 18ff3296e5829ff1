import Foundation
import PostgreSQL
import TestSupport
import Testing
import Tracking

/// What cannot be logged to is known before the work, in bounded time.
@Suite struct TrackingURICheckTests {
    @Test(arguments: Backend.allCases)
    func aDeletedExperimentIsReported(_ backend: Backend) async throws {
        let folder = try TemporaryFolder()
        let client = try await backend.open(in: folder)
        let name = UniqueNames()("e")
        try await client.check(experiment: name)
        let experiment = try await client.experiment(named: name)
        try await client.check(experiment: name)
        #expect(try await client.runs(inExperiments: [experiment.id]).all().isEmpty)
        try await experiment.delete()
        await expect(.invalidState) { try await client.check(experiment: name) }
        await expect(.invalidValue) { try await client.check(experiment: "") }
        try await client.close()
    }

    @Test(arguments: Backend.allCases)
    func aReadOnlyStoreIsReported(_ backend: Backend) async throws {
        let folder = try TemporaryFolder()
        let location = try await backend.location(in: folder)
        try await backend.open(location, in: folder).close()
        let client = try await TrackingClient.open(location, options: TrackingOptions(isReadOnly: true))
        await expect(.readOnly) { try await client.check(experiment: "e") }
        try await client.close()
    }

    /// A role that may not write to every table.
    @Test(.needs(.postgresql), arguments: ["runs", "params", "metrics", "tags", "latest_metrics"])
    func aReadOnlyDatabaseIsReported(_ table: String) async throws {
        let location = try await TestDatabases.make()
        let client = try await TrackingClient.open(location)
        try await client.check(experiment: "e")
        let pool = PostgreSQLPool(try PostgreSQLConfiguration(location), maximumConnections: 1)
        try await pool.withConnection { try $0.simple("REVOKE INSERT, UPDATE ON \(table) FROM CURRENT_USER") }
        await pool.close()
        await expect(.readOnly) { try await client.check(experiment: "e") }
        try await client.close()
    }

    @Test func aServerThatIsNotThereIsReported() async throws {
        let client = try await TrackingClient.open("http://127.0.0.1:1")
        await expect(.unavailable) { try await client.check(experiment: "e") }
        try await client.close()
    }

    /// A server that takes connections and says nothing.
    @Test func aSilentServerIsGivenUp() async throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let port = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer -> UInt16? in
                guard bind(listener, pointer, size) == 0, listen(listener, 8) == 0,
                    getsockname(listener, pointer, &size) == 0
                else { return nil }
                return pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { $0.pointee.sin_port.bigEndian }
            }
        }
        let client = try await TrackingClient.open("http://127.0.0.1:\(try #require(port))")
        do {
            try await client.check(experiment: "e", within: .milliseconds(200))
            Issue.record("no error")
        } catch let error as TrackingError {
            #expect(error.code == .unavailable && error.message.contains("has not responded in 0.2 seconds"))
        }
        try await client.close()
    }
}
