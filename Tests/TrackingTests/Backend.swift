import Foundation
import TestSupport
import Testing
import Tracking

/// Where the conformance tests run. A backend joins by one case.
enum Backend: String, CaseIterable, Sendable {
    case sqlite, postgresql, server

    func open(in folder: TemporaryFolder, context: RunContext = RunContext()) async throws -> TrackingClient {
        try await open(location(in: folder), in: folder, context: context)
    }

    /// What tests of this backend need.
    private var need: Need? {
        switch self {
        case .sqlite: nil
        case .postgresql: .postgresql
        case .server: .mlflow
        }
    }

    /// A tracking URI that ``open(_:in:context:)`` opens, with the password that a client does not show.
    func location(in folder: TemporaryFolder) async throws -> String {
        try need?.orLeaveOut()
        return switch self {
        case .sqlite: "sqlite:///\(folder.path("mlflow.db"))"
        case .postgresql: try await TestDatabases.make()
        case .server: try TestServers.mlflow().uri
        }
    }

    func open(
        _ location: String, in folder: TemporaryFolder, context: RunContext = RunContext()
    ) async throws -> TrackingClient {
        // A server decides itself where files go.
        try await TrackingClient.open(
            location, artifactRoot: self == .server ? nil : folder.path("mlruns"), context: context)
    }

    /// Whether the store holds nothing but the test's own data. Elsewhere tests find theirs by ``UniqueNames``.
    var hasOwnDatabase: Bool { self != .server }

    /// Whether a new experiment's artifacts are where this backend puts them.
    func isArtifactLocation(_ location: String, ofExperiment id: String, in folder: TemporaryFolder) -> Bool {
        switch self {
        case .sqlite, .postgresql: location == folder.path("mlruns/\(id)")
        case .server: location == "mlflow-artifacts:/\(id)"
        }
    }

    /// A run's tags without the one by which a server's runs are found again, which must be there.
    func withoutToken(_ tags: [String: String]) -> [String: String]? {
        guard self == .server else { return tags }
        var tags = tags
        guard let token = tags.removeValue(forKey: RESTTrackingStore.creationTokenTag), token.count == 32 else {
            return nil
        }
        return tags
    }
}

/// Names that no other test, and no other run of the tests, has: databases may be shared.
struct UniqueNames: Sendable {
    private let prefix = "t" + String(UInt64.random(in: .min ... .max), radix: 36)

    /// A name that ends with `text`.
    func callAsFunction(_ text: String) -> String { "\(prefix)-\(text)" }
}
