import Parallelism

extension FeaturePipeline {
    /// The features of a whole table, starting without history. Blocks the calling thread; in a task, use the `async` variant.
    /// - Returns: one array per feature, in ``names``' order, each with one value per row in the table's order.
    public func columns(_ transactions: TransactionColumns, threads: Int = 1) -> [[Float]] {
        var state = makeState()
        return compute(transactions, &state, threads)
    }

    /// The features of a whole table, each row against the state and the table's earlier rows; the rows are then added
    /// to the state.
    ///
    /// Rows are processed by time, then transaction id, whatever their order in the table. A row whose amount is not a
    /// finite number does not belong to the history of the others.
    ///
    /// Blocks the calling thread; in a task, use the `async` variant.
    /// - Returns: one array per feature, in ``names``' order, each with one value per row in the table's order.
    /// - Throws: ``FeatureError/stateMismatch(expected:actual:)`` when the state was kept for other windows.
    public func columns(
        _ transactions: TransactionColumns, state: inout FeatureState, threads: Int = 1
    ) throws(FeatureError) -> [[Float]] {
        try requireState(state)
        return compute(transactions, &state, threads)
    }

    /// The features of a whole table, starting without history, computed on a thread of its own and at most `threads - 1`
    /// others.
    /// - Returns: one array per feature, in ``names``' order, each with one value per row in the table's order.
    /// - Throws: `CancellationError` if the task is cancelled.
    public func columns(_ transactions: TransactionColumns, threads: Int = 1) async throws -> [[Float]] {
        try await computeOnDedicatedThread(named: "features") { _ in columns(transactions, threads: threads) }
    }

    /// The features of a whole table as the variant that blocks computes them, on a thread of its own and at most
    /// `threads - 1` others.
    /// - Throws: ``FeatureError/stateMismatch(expected:actual:)`` when the state was kept for other windows;
    ///   `CancellationError` if the task is cancelled. The rows belong to the state then, unless the computation had not
    ///   begun.
    public func columns(
        _ transactions: TransactionColumns, state: inout FeatureState, threads: Int = 1
    ) async throws -> [[Float]] {
        // The thread gets the only reference to the state: a second one would copy all of it.
        let work = Lock(state)
        state = makeState()
        defer { state = work.withLock { $0 } }
        return try await computeOnDedicatedThread(named: "features") { _ in
            try work.withLock { try columns(transactions, state: &$0, threads: threads) }
        }
    }

    private func compute(
        _ transactions: TransactionColumns, _ state: inout FeatureState, _ threads: Int
    ) -> [[Float]] {
        var columns = [[Float]](
            repeating: [], count: count)
        for index in columns.indices { columns[index] = [Float](repeating: 0, count: transactions.count) }
        FeatureColumns.withPointers(to: &columns) { target in
            switch featureSet {
            case .basic: computeBasic(transactions, target, threads)
            case .windows: computeWindows(transactions, target, &state, threads)
            }
        }
        return columns
    }

    private static let rowsPerTask = 1 << 16

    private func computeBasic(_ transactions: TransactionColumns, _ target: FeatureColumns, _ threads: Int) {
        let tasks = (transactions.count + Self.rowsPerTask - 1) / Self.rowsPerTask
        parallelFor(count: tasks, threads: threads) { task in
            let rows = task * Self.rowsPerTask..<min(transactions.count, (task + 1) * Self.rowsPerTask)
            for row in rows {
                BasicFeatures.compute(
                    dateTime: transactions.dateTime[row], terminalID: transactions.terminalID[row],
                    amount: transactions.amount[row]
                ) { target[$0][row] = $1 }
            }
        }
    }

    private func computeWindows(
        _ transactions: TransactionColumns, _ target: FeatureColumns, _ state: inout FeatureState, _ threads: Int
    ) {
        let order = TransactionOrder.sorted(transactions)
        let areAllFinite = transactions.amount.allSatisfy { $0.isFinite }
        var start = 0
        while start < transactions.count {
            let end = min(transactions.count, start + 4 * Self.rowsPerTask)
            let portion = WindowPortion(
                transactions: transactions, order: order, positions: start..<end, target: target, spans: state.spans,
                lateness: state.lateness, watermark: state.watermark, areAllRecorded: areAllFinite)
            portion.run(&state, threads: threads)
            start = end
        }
    }
}

/// The columns being filled, by pointer.
///
/// `@unchecked Sendable`: the pointers are valid for the duration of ``withPointers(to:_:)``, whose body waits for the threads it
/// starts, and no two threads write the same element.
struct FeatureColumns: @unchecked Sendable {
    private let pointers: [UnsafeMutableBufferPointer<Float>]

    subscript(column: Int) -> UnsafeMutableBufferPointer<Float> { pointers[column] }

    static func withPointers(to columns: inout [[Float]], _ body: (FeatureColumns) -> Void) {
        func open(_ index: Int, _ pointers: [UnsafeMutableBufferPointer<Float>]) {
            guard index < columns.count else { return body(FeatureColumns(pointers: pointers)) }
            // Each array leaves the list while its pointer is in use, so that the next can be opened.
            var column: [Float] = []
            swap(&column, &columns[index])
            column.withUnsafeMutableBufferPointer { open(index + 1, pointers + [$0]) }
            swap(&column, &columns[index])
        }
        open(0, [])
    }
}
