public import Columnar
import Essentials
import Parallelism

extension FeatureEngine {
    /// The features of a batch, each row against the history and the batch's earlier rows; the rows are then recorded.
    ///
    /// Rows are processed by time, then id (those without one first, integers by value, texts by bytes), then position, whatever
    /// their order in the batch. A row without a finite amount, where the schema has one, does not belong to the history of the others.
    ///
    /// Blocks the calling thread; in a task, use the `async` variant.
    /// - Parameter batch: Of exactly the schema's columns: `schema.tableSchema()`.
    /// - Returns: one array per feature, in ``names``' order, each with one value per row in the batch's order.
    /// - Throws: ``FeatureEngineError`` when the history is of another plan, the columns are not those of the schema, or a
    ///   time is missing. Nothing is recorded then.
    public func columns(
        _ batch: RecordBatch, history: inout FeatureHistory, threads: Int = 1
    ) throws(FeatureEngineError) -> [[Float]] {
        try adopt(&history)
        let times = try times(batch)
        let order = RowOrder.sorted(times, ids: program.idColumn.map { batch.columns[$0] })
        var columns = [[Float]](repeating: [], count: count)
        for index in columns.indices { columns[index] = [Float](repeating: 0, count: batch.rowCount) }
        let capacity = min(max(1, batch.rowCount), rowsPerPortion)
        let words = UnsafeMutablePointer<Int64>.allocate(capacity: capacity * program.laneCount)
        defer { words.deallocate() }
        words.initialize(repeating: 0, count: capacity * program.laneCount)
        FeatureColumns.withPointers(to: &columns) { target in
            var start = 0
            while start < batch.rowCount {
                let end = min(batch.rowCount, start + min(capacity, history.rowsBeforeSweep))
                let portion = BatchPortion(batch: batch, order: order, positions: start..<end)
                run(portion, times, RowLanes(base: words, rowCount: end - start), &history, target, threads)
                start = end
            }
        }
        return columns
    }

    /// The features of a batch as the variant that blocks computes them, on a thread of its own and at most `threads - 1`
    /// others.
    /// - Throws: ``FeatureEngineError`` as there; `CancellationError` if the task is cancelled. The rows belong to the history
    ///   then, unless the computation had not begun.
    public func columns(
        _ batch: RecordBatch, history: inout FeatureHistory, threads: Int = 1
    ) async throws -> [[Float]] {
        // The thread gets the only reference to the history: a second one would copy all of it.
        let work = Lock(history)
        history = makeHistory(lateness: history.lateness)
        defer { history = work.withLock { $0 } }
        return try await computeOnDedicatedThread(named: "features") { _ in
            try work.withLock { try columns(batch, history: &$0, threads: threads) }
        }
    }

    /// Rows whose lanes fit the processor's caches; threads wait for one another after each portion.
    private var rowsPerPortion: Int { max(1 << 12, (1 << 22) / (program.laneCount * 8)) }

    /// The time of each row.
    private func times(_ batch: RecordBatch) throws(FeatureEngineError) -> [Int64] {
        let types = batch.schema.fields.map { Field($0.name, $0.type) }
        guard types == program.table.fields.map({ Field($0.name, $0.type) }) else {
            throw .notCanonical(expected: "\(program.table)", actual: "\(batch.schema)")
        }
        guard let index = program.timeColumn else { return [Int64](repeating: 0, count: batch.rowCount) }
        let column = batch.columns[index]
        if column.validity != nil, let row = (0..<column.count).first(where: { column.isNull($0) }) {
            throw .missingTime(row: row)
        }
        guard case .int64(let times) = column.storage else { throw LaneSource.failure(schema.columns[index]) }
        return times
    }

    private func run(
        _ portion: BatchPortion, _ times: [Int64], _ lanes: RowLanes, _ history: inout FeatureHistory,
        _ target: FeatureColumns, _ threads: Int
    ) {
        fill(portion, times, lanes, &history, threads)
        var recorded = 0
        for row in 0..<lanes.rowCount {
            lanes[RowLanes.watermark, row] = history.watermark.time ?? .min
            guard lanes[RowLanes.recorded, row] != 0 else { continue }
            history.observe(lanes[RowLanes.time, row])
            recorded += 1
        }
        runTables(lanes, &history, threads)
        let rowsPerTask = max(1 << 9, (lanes.rowCount + threads) / max(1, threads))
        parallelFor(count: (lanes.rowCount + rowsPerTask - 1) / rowsPerTask, threads: threads) { task in
            let rows = task * rowsPerTask..<min(lanes.rowCount, (task + 1) * rowsPerTask)
            for feature in program.rowFeatures { feature.compute(portion, lanes, rows) }
            for (index, lane) in program.outputs.enumerated() {
                let column = target[index]
                for row in rows { column[portion.row(row)] = Float(lanes.number(lane, row)) }
            }
        }
        history.didRecord(recorded)
    }

    private func fill(
        _ portion: BatchPortion, _ times: [Int64], _ lanes: RowLanes, _ history: inout FeatureHistory, _ threads: Int
    ) {
        for row in 0..<lanes.rowCount {
            lanes[RowLanes.time, row] = times[portion.row(row)]
            lanes[RowLanes.label, row] = -1
            lanes[RowLanes.knownAt, row] = .max
        }
        history.interners.withUnsafeMutableBufferPointer { interners in
            let shared = SharedPointer(interners.baseAddress)
            parallelFor(count: program.sources.count, threads: threads) { task in
                let source = program.sources[task]
                var interner: UnsafeMutablePointer<TextInterner>?
                if case .word(_, _, let index?) = source { interner = shared.pointer.map { $0 + index } }
                portion.fill(source, lanes, interner: interner)
            }
        }
        for filter in program.filters { filter.compute(portion, lanes, 0..<lanes.rowCount) }
        finish(lanes)
    }

    /// Computes what depends on the history, and records the rows.
    ///
    /// Tables are independent of one another, and so are keys. Each task takes a table, or a share of its keys, and goes through
    /// all rows in order; per key the same steps happen in the same order on any number of threads.
    private func runTables(_ lanes: RowLanes, _ history: inout FeatureHistory, _ threads: Int) {
        let lateness = history.lateness.microseconds
        let shares = program.tables.count >= 4 * threads ? 1 : max(1, threads)
        history.tables.withUnsafeMutableBufferPointer { tables in
            let shared = SharedPointer(tables.baseAddress)
            parallelFor(count: tables.count, threads: threads) { index in
                guard let table = shared.pointer.map({ $0 + index }) else { return }
                let lane = program.tables[index].slotLane
                for row in 0..<lanes.rowCount {
                    let slot =
                        table.pointee.layout.keeps(lanes, row)
                        ? table.pointee.makeSlot(lanes, row) : table.pointee.slot(lanes, row, table.pointee.layout)
                    lanes[lane, row] = Int64(slot ?? -1)
                }
            }
        }
        TableHistories.withPointers(to: &history.tables) { histories in
            parallelFor(count: program.tables.count * shares, threads: threads) { task in
                let index = task / shares
                runTable(
                    program.tables[index], histories[index], lanes, share: task % shares, of: shares,
                    lateness: lateness)
            }
        }
    }

    private func runTable(
        _ plan: HistoryTablePlan, _ histories: UnsafeMutableBufferPointer<KeyHistory>, _ lanes: RowLanes, share: Int,
        of shares: Int, lateness: Int64
    ) {
        let layout = plan.layout
        let functions = program.functions
        // For rows without a key, or with one that has no history.
        var empty = KeyHistory()
        withEnds { ends in
            withUnsafeMutablePointer(to: &empty) { empty in
                var touched = 0
                for row in 0..<lanes.rowCount {
                    if row == touched {
                        touched = min(lanes.rowCount, row + FeatureEngine.rowsTouched)
                        touch(row..<touched, plan, histories, lanes, share: share, of: shares, ends)
                    }
                    let slot = Int(lanes[plan.slotLane, row])
                    guard FeatureEngine.isShare(share, of: shares, slot) else { continue }
                    let history = slot < 0 ? empty : histories.baseAddress.map { $0 + slot } ?? empty
                    let horizon = layout.horizon(watermark: lanes[RowLanes.watermark, row], lateness: lateness)
                    WindowQuery.compute(
                        plan, history, lanes, row, horizon: horizon, usesCursors: true,
                        functions: functions, ends: ends)
                    guard slot >= 0, layout.keeps(lanes, row) else { continue }
                    let isNewest = history.pointee.insert(lanes, row, layout)
                    history.pointee.setCursors(ends, isNewest: isNewest, layout)
                    history.pointee.evict(through: horizon, layout)
                }
            }
        }
    }

    /// Whether a history belongs to a share; rows without one belong to the first.
    @inline(__always)
    private static func isShare(_ share: Int, of shares: Int, _ slot: Int) -> Bool {
        shares == 1 || (slot < 0 ? share == 0 : slot % shares == share)
    }

    /// Rows whose histories are read together before they are used.
    private static let rowsTouched = 32

    /// Reads the memory that the next rows need, so that the processor waits for several histories at a time.
    @inline(__always)
    private func touch(
        _ rows: Range<Int>, _ plan: HistoryTablePlan, _ histories: UnsafeMutableBufferPointer<KeyHistory>,
        _ lanes: RowLanes, share: Int, of shares: Int, _ ends: UnsafeMutablePointer<WindowQuery.Window>
    ) {
        var sum: Int64 = 0
        func forEach(_ body: (UnsafePointer<KeyHistory>) -> Int64) {
            guard let base = histories.baseAddress else { return }
            for row in rows {
                let slot = Int(lanes[plan.slotLane, row])
                if slot >= 0, FeatureEngine.isShare(share, of: shares, slot) { sum &+= body(base + slot) }
            }
        }
        // Each step follows addresses that the one before has read.
        forEach { Int64($0.pointee.first) }
        forEach { $0.pointee.touchNewest(plan.layout) }
        forEach { $0.pointee.touchCursors(plan.layout) }
        // So that it is not left out.
        ends.pointee = WindowQuery.Window(lower: 0, upper: 0, start: sum)
    }
}

/// `@unchecked Sendable`: the memory outlives the parallel loop that it is used in, and no two of its iterations use the same part.
private struct SharedPointer<Value>: @unchecked Sendable {
    let pointer: UnsafeMutablePointer<Value>?

    init(_ pointer: UnsafeMutablePointer<Value>?) { self.pointer = pointer }
}
