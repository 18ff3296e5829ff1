import Essentials

/// Lets threads through one at a time, in the order of the numbers they hold.
///
/// For parallel work with one step that must run in input order. Threads block: call it from dedicated threads, and
/// start them in the order of their numbers.
package final class Sequencer: @unchecked Sendable {
    // Invariant: `next` and `isClosed` are touched only while `condition` is locked.
    private let condition = Condition()
    private var next = 0
    private var isClosed = false

    package init() {}

    /// Waits until all lower numbers have passed, runs the body alone, and lets the next number in.
    /// - Throws: what the body throws, which closes the sequencer; `CancellationError` once it is closed.
    package func pass<Result>(_ number: Int, _ body: () throws -> Result) throws -> Result {
        condition.lock()
        while next != number, !isClosed { condition.wait() }
        let mayPass = !isClosed
        condition.unlock()
        guard mayPass else { throw CancellationError() }
        do {
            let result = try body()
            condition.lock()
            next += 1
            condition.broadcast()
            condition.unlock()
            return result
        } catch {
            close()
            throw error
        }
    }

    /// Fails all who wait or come later; for when a number will never come.
    package func close() {
        condition.lock()
        isClosed = true
        condition.broadcast()
        condition.unlock()
    }
}
