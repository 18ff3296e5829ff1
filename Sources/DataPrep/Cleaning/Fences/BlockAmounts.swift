import Parallelism

/// Amounts that wait in blocks, of which several are read at once.
protocol BlockAmounts: AmountSource {
    var blockCount: Int { get }
    var threads: Int { get }

    /// Passes the amounts of a block on, in one run or several.
    func forEachRun(ofBlock number: Int, _ body: (UnsafeBufferPointer<Double>) -> Void) throws
}

extension BlockAmounts {
    func map<Result: Sendable>(_ body: @Sendable (UnsafeBufferPointer<Double>) -> Result) throws -> [Result] {
        let results = Lock([[Result]](repeating: [], count: blockCount))
        try parallelForThrowing(count: blockCount, threads: threads) { number in
            var found: [Result] = []
            try forEachRun(ofBlock: number) { found.append(body($0)) }
            results.withLock { $0[number] = found }
        }
        return results.withLock { $0.flatMap { $0 } }
    }

    func fold<State: Sendable>(
        _ initial: State, _ body: @Sendable (inout State, UnsafeBufferPointer<Double>) -> Void
    ) throws -> [State] {
        let parts = max(1, threads)
        let states = Lock([State]())
        try parallelForThrowing(count: parts, threads: threads) { part in
            var state = initial
            for number in stride(from: part, to: blockCount, by: parts) {
                try forEachRun(ofBlock: number) { body(&state, $0) }
            }
            states.withLock { $0.append(state) }
        }
        return states.withLock { $0 }
    }
}
