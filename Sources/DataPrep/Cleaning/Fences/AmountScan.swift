import Features
import Parallelism

/// Reads the amounts of all waiting rows that are not duplicates, several blocks at once.
struct AmountScan: AmountSource {
    let store: BlockStore
    let threads: Int

    func map<Result: Sendable>(_ body: @Sendable (UnsafeBufferPointer<Double>) -> Result) throws -> [Result] {
        let count = store.count
        let results = Lock([Result?](repeating: nil, count: count))
        try parallelForThrowing(count: count, threads: threads) { number in
            guard let result = try withAmounts(of: number, body) else { return }
            results.withLock { $0[number] = result }
        }
        return results.withLock { $0.compactMap { $0 } }
    }

    func fold<State: Sendable>(
        _ initial: State, _ body: @Sendable (inout State, UnsafeBufferPointer<Double>) -> Void
    ) throws -> [State] {
        let parts = max(1, threads)
        let count = store.count
        let states = Lock([State]())
        try parallelForThrowing(count: parts, threads: threads) { part in
            var state = initial
            for number in stride(from: part, to: count, by: parts) {
                _ = try withAmounts(of: number) { body(&state, $0) }
            }
            states.withLock { $0.append(state) }
        }
        return states.withLock { $0 }
    }

    private func withAmounts<Result>(
        of number: Int, _ body: (UnsafeBufferPointer<Double>) -> Result
    ) throws -> Result? {
        try store.withColumn(TransactionColumn.amount.index, of: number) { block, words in
            withUnsafeTemporaryAllocation(of: Double.self, capacity: max(1, block.count)) { buffer in
                guard let amounts = buffer.baseAddress else { return nil }
                block.unpackAmounts(from: words, into: amounts)
                var kept = 0, next = 0
                let rejected = store.rejectedRows(of: block)
                for row in rejected {
                    (amounts + kept).update(from: amounts + next, count: row - next)
                    kept += row - next
                    next = row + 1
                }
                if next > 0 { (amounts + kept).update(from: amounts + next, count: block.count - next) }
                return body(UnsafeBufferPointer(start: amounts, count: block.count - rejected.count))
            }
        } ?? nil
    }
}
