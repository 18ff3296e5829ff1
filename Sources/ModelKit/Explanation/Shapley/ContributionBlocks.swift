import Parallelism

/// Contributions of many rows, computed in blocks of rows on several threads.
enum ContributionBlocks {
    /// Numbers of a block's contributions: they stay in the second-level cache.
    private static let blockNumbers = 1 << 15
    private static let mostRows = 512
    /// Rows of a task, so that each makes up for its start.
    private static let taskRows = 4_096

    /// The room of a block, in rows: a multiple of eight.
    static func rowCapacity(_ features: FeatureMatrix, atMost limit: Int = .max) -> Int {
        let wanted = min(mostRows, limit / 8 * 8, (features.rowCount + 7) / 8 * 8)
        return max(8, min(wanted, blockNumbers / max(1, features.featureCount) / 8 * 8))
    }

    /// What a task computes a block with: it gets the columns, the block's rows, and where to add contributions. Those of
    /// feature f begin at f times the row capacity, with room for a multiple of eight rows.
    typealias Compute = (
        _ columns: UnsafePointer<UnsafePointer<Float>?>, _ rows: Range<Int>,
        _ contributions: UnsafeMutablePointer<Double>
    ) -> Void

    /// One array per feature, of a number for each row.
    /// - Parameters:
    ///   - columns: what nodes compare; there may be more than features.
    ///   - rowCapacity: see ``rowCapacity(_:atMost:)``.
    ///   - progress: called with the number of finished rows, on any of the threads.
    ///   - makeCompute: called once in each task.
    static func compute(
        _ columns: FeatureMatrix, featureCount: Int, rowCapacity capacity: Int, threads: Int, flag: CancellationFlag?,
        progress: (@Sendable (_ rowsDone: Int) -> Void)?, makeCompute: @Sendable () -> Compute
    ) -> [[Double]] {
        let rowCount = columns.rowCount
        let result = UnsafeMutablePointer<Double>.allocate(capacity: max(1, rowCount * featureCount))
        defer { result.deallocate() }
        result.initialize(repeating: 0, count: rowCount * featureCount)
        columns.withColumnPointers { columns in
            compute(
                columns, capacity: capacity, rowCount: rowCount, featureCount: featureCount, threads: threads,
                flag: flag, progress: progress, into: result, makeCompute: makeCompute)
        }
        return (0..<featureCount).map {
            Array(UnsafeBufferPointer(start: result + $0 * rowCount, count: rowCount))
        }
    }

    private static func compute(
        _ columns: UnsafePointer<UnsafePointer<Float>?>, capacity: Int, rowCount: Int, featureCount: Int, threads: Int,
        flag: CancellationFlag?, progress: (@Sendable (_ rowsDone: Int) -> Void)?,
        into result: UnsafeMutablePointer<Double>, makeCompute: @Sendable () -> Compute
    ) {
        // About eight tasks a thread, of whole blocks.
        let share = (rowCount / max(1, threads * 8) + capacity) / capacity * capacity
        let taskRows = max(capacity, min(share, Self.taskRows / capacity * capacity))
        let taskCount = (rowCount + taskRows - 1) / taskRows
        let done = Lock(0)
        // Tasks read columns and write separate rows.
        nonisolated(unsafe) let (columns, result) = (columns, result)
        parallelFor(count: taskCount, threads: threads) { task in
            let compute = makeCompute()
            let block = UnsafeMutablePointer<Double>.allocate(capacity: max(1, capacity * featureCount))
            defer { block.deallocate() }
            let end = min(rowCount, (task + 1) * taskRows)
            for start in stride(from: task * taskRows, to: end, by: capacity) {
                if let flag, flag.isCancelled { return }
                let rows = start..<min(end, start + capacity)
                block.initialize(repeating: 0, count: capacity * featureCount)
                compute(columns, rows, block)
                for feature in 0..<featureCount {
                    (result + feature * rowCount + rows.lowerBound).update(
                        from: block + feature * capacity, count: rows.count)
                }
            }
            guard let progress else { return }
            done.withLock {
                $0 += end - task * taskRows
                progress($0)
            }
        }
    }
}
