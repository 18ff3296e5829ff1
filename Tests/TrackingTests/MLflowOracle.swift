import Foundation
import Parallelism
import TestSupport

/// Runs programs with MLflow beside the tests: off the cooperative pool, since they take seconds.
enum MLflowOracle {
    @discardableResult
    static func run(_ source: String, _ arguments: [String]) async throws -> String {
        try await onDedicatedThread(named: "mlflow") { _ in
            try Oracle.run(source, arguments, interpreter: Oracle.mlflowPython)
        }
    }

    static func json<Value: Decodable & Sendable>(
        _ type: Value.Type, _ source: String, _ arguments: [String]
    ) async throws -> Value {
        try await onDedicatedThread(named: "mlflow") { _ in
            try Oracle.json(type, source, arguments, interpreter: Oracle.mlflowPython)
        }
    }
}
