/// Amounts in blocks that can be read any number of times.
package protocol AmountSource: Sendable {
    /// Calls `body` for each block with its amounts, and collects the results by block number.
    func map<Result: Sendable>(_ body: @Sendable (UnsafeBufferPointer<Double>) -> Result) throws -> [Result]

    /// Calls `body` for each block with its amounts and an accumulator of the thread that runs it, and returns the
    /// accumulators, one at least. Which blocks an accumulator has seen is not determined.
    func fold<State: Sendable>(
        _ initial: State, _ body: @Sendable (inout State, UnsafeBufferPointer<Double>) -> Void
    ) throws -> [State]
}
