/// Maps the elements of an asynchronous producer, several at a time, and returns the results in order.
///
/// At most `width` elements are being worked on or waiting to be taken, so memory stays bounded however slow the
/// consumer is. Only one task may take results.
package actor OrderedReadAhead<Input: Sendable, Output: Sendable> {
    private let width: Int
    private let produce: @concurrent @Sendable () async throws -> Input?
    private let work: @concurrent @Sendable (Input) async throws -> Output
    private var running: [Task<Output, any Error>] = []
    private var isExhausted = false
    private var producerFailure: (any Error)?

    /// - Parameters:
    ///   - produce: returns the next element, nil at the end; called by one task at a time.
    ///   - work: runs for several elements at once.
    package init(
        width: Int, produce: @escaping @concurrent @Sendable () async throws -> Input?,
        work: @escaping @concurrent @Sendable (Input) async throws -> Output
    ) {
        self.width = max(1, width)
        self.produce = produce
        self.work = work
    }

    /// The next result, nil after the last. A failure of the producer comes after the results of the elements before
    /// it.
    package func next() async throws -> Output? {
        while !isExhausted, running.count < width {
            do {
                guard let input = try await produce() else {
                    isExhausted = true
                    break
                }
                running.append(Task.detached { [work] in try await work(input) })
            } catch {
                isExhausted = true
                producerFailure = error
            }
        }
        guard !running.isEmpty else {
            if let failure = producerFailure { throw failure }
            return nil
        }
        let oldest = running.removeFirst()
        return try await withTaskCancellationHandler {
            try await oldest.value
        } onCancel: {
            oldest.cancel()
        }
    }

    /// Stops early: cancels the work in progress and waits until it has ended.
    package func cancel() async {
        isExhausted = true
        let stopped = running
        running = []
        for task in stopped { task.cancel() }
        for task in stopped { _ = await task.result }
    }
}
