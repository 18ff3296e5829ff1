import Essentials
import Synchronization

/// How many processors work may use.
package enum Processors {
    /// Processors that this process may run on, at least 1.
    package static var available: Int { max(1, ProcessInfo.processInfo.activeProcessorCount) }
}

/// Tells blocking work that its task has been cancelled; safe to ask from any thread.
package final class CancellationFlag: Sendable {
    private let flag = Atomic<Bool>(false)

    package init() {}

    package var isCancelled: Bool { flag.load(ordering: .relaxed) }

    package func cancel() { flag.store(true, ordering: .relaxed) }

    /// - Throws: `CancellationError` once ``cancel()`` was called.
    package func check() throws {
        if isCancelled { throw CancellationError() }
    }
}

/// Runs blocking or long CPU-bound work on its own thread, so that the cooperative pool stays free.
///
/// Cancelling the calling task sets the flag that the body gets; the body decides where it is safe to stop.
package func onDedicatedThread<Result: Sendable>(
    named name: String, _ body: @escaping @Sendable (CancellationFlag) throws -> Result
) async throws -> Result {
    try await onDedicatedThread(named: name, throwing: (any Error).self, body)
}

/// The same for work whose errors are of one type. (Left to inference, that type would be `Never` for work that does not
/// throw, and the `try` of its callers a warning.)
package func onDedicatedThread<Result: Sendable, Failure: Error>(
    named name: String, throwing _: Failure.Type,
    _ body: @escaping @Sendable (CancellationFlag) throws(Failure) -> Result
) async throws(Failure) -> Result {
    let flag = CancellationFlag(), handover = Handover()
    let outcome = await withTaskCancellationHandler {
        await withCheckedContinuation { (continuation: CheckedContinuation<Swift.Result<Result, Failure>, Never>) in
            startThread(named: name, stackSize: 8 << 20) {
                let outcome: Swift.Result<Result, Failure>
                do throws(Failure) {
                    outcome = .success(try body(flag))
                } catch {
                    outcome = .failure(error)
                }
                handover.give()
                continuation.resume(returning: outcome)
            }
        }
    } onCancel: {
        flag.cancel()
    }
    handover.take()
    return try outcome.get()
}

/// Runs a computation on its own thread. If the calling task is cancelled, the computation does not begin or its result is
/// dropped; one that takes long looks at the flag and returns anything once it is set.
/// - Throws: `CancellationError` if the task is cancelled before the computation has ended; what the body throws.
package func computeOnDedicatedThread<Result: Sendable>(
    named name: String, _ body: @escaping @Sendable (CancellationFlag) throws -> Result
) async throws -> Result {
    try await onDedicatedThread(named: name) { flag in
        try flag.check()
        let outcome = Swift.Result { try body(flag) }
        // Also instead of an error, which may come from results that the body left incomplete.
        try flag.check()
        return try outcome.get()
    }
}
