import Features
import Parallelism

/// Reads the amounts of all waiting rows that are not duplicates, several blocks at once.
struct AmountScan: BlockAmounts {
    let store: BlockStore
    let threads: Int

    var blockCount: Int { store.count }

    func forEachRun(ofBlock number: Int, _ body: (UnsafeBufferPointer<Double>) -> Void) throws {
        _ = try store.withColumn(TransactionColumn.amount.index, of: number) { block, words in
            withUnsafeTemporaryAllocation(of: Double.self, capacity: max(1, block.count)) { buffer in
                guard let amounts = buffer.baseAddress else { return }
                block.unpackAmounts(from: words, into: amounts)
                var kept = 0, next = 0
                let rejected = store.rejectedRows(of: block)
                for row in rejected {
                    (amounts + kept).update(from: amounts + next, count: row - next)
                    kept += row - next
                    next = row + 1
                }
                if next > 0 { (amounts + kept).update(from: amounts + next, count: block.count - next) }
                body(UnsafeBufferPointer(start: amounts, count: block.count - rejected.count))
            }
        }
    }
}
