import Dispatch
import Parallelism
import Scoring

/// Passes models from their source to the scoring thread; a later model replaces one that was not fetched yet.
final class PendingModel: Sendable {
    private struct State: Sendable {
        var model: FraudModel?
        var hasHadModel = false
        /// Why no further model can come.
        var failure: (any Error)?
    }

    private let state = Lock(State())
    private let signal = DispatchSemaphore(value: 0)

    func put(_ model: FraudModel) {
        state.withLock {
            $0.model = model
            $0.hasHadModel = true
        }
        signal.signal()
    }

    /// The source has ended; that matters only if it never gave a model.
    /// - Returns: whether a model is in use.
    func end(_ error: any Error) -> Bool {
        defer { signal.signal() }
        return state.withLock { state in
            if !state.hasHadModel { state.failure = error }
            return state.hasHadModel
        }
    }

    /// The latest model not fetched yet.
    func take() -> FraudModel? { state.withLock { $0.model.take() } }

    /// The first model; nil when the time is up. Blocks.
    func wait(atMost limit: Duration) throws -> FraudModel? {
        _ = signal.wait(timeout: .now() + .milliseconds(Int(limit.milliseconds)))
        return try state.withLock { state in
            if let failure = state.failure { throw failure }
            return state.model.take()
        }
    }
}

/// A source of models ended without any.
public struct NoModelError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A message that says so.
    public var description: String { "the source of models gave no model" }
}
