public import DataPrep
import ModelKit
import Synchronization

/// Scores transactions as they come, and remembers them as the history of the next.
///
/// Safe to use from any thread. Features and history are taken under a lock, a microsecond or so a transaction; the classifier
/// runs outside of it.
public final class OnlineScorer: Sendable {
    private struct Current: Sendable {
        var model: FraudModel
        var features: TransactionFeatures
        var state: FeatureState
    }

    private let current: Mutex<Current>

    /// - Parameter state: the history to start from; without one, the model's saved one, or none.
    /// - Throws: ``ScoringError`` when the model's features are columns that a transaction does not have, or the state was kept
    ///   for other windows.
    public init(_ model: FraudModel, state: FeatureState? = nil) throws(ScoringError) {
        let features = try TransactionFeatures(model.features)
        let windows = model.features.pipeline?.windows
        if let state, let windows, state.windows != windows {
            throw .stateMismatch(expected: windows, actual: state.windows)
        }
        current = Mutex(
            Current(
                model: model, features: features,
                state: state ?? model.state ?? FeatureState(windows: windows ?? .handbook)))
    }

    /// The model in use.
    public var model: FraudModel { current.withLock { $0.model } }

    /// The history up to now, to be saved. A copy in value; it costs a copy in memory once the scorer records on.
    public var state: FeatureState { current.withLock { $0.state } }

    /// Scores a transaction against the history.
    /// - Parameter recording: whether it then belongs to the history.
    public func score(_ transaction: Transaction, recording: Bool = true) -> TransactionScore {
        let featureCount = current.withLock { $0.features.count }
        return withUnsafeTemporaryAllocation(of: Float.self, capacity: featureCount) { row in
            row.initialize(repeating: 0)
            while true {
                let model = current.withLock { current -> FraudModel? in
                    guard current.features.count == row.count else { return nil }
                    current.features.compute(transaction, state: current.state, into: row)
                    if recording, current.features.usesHistory { current.state.record(transaction) }
                    return current.model
                }
            }
        }
    }
}
