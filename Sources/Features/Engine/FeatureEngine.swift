/// Computes the features of a ``FeaturePlan`` for the transactions of a ``TransactionSchema``. Batch job, stream and service
/// call the same code and get bit-identical values for the same history.
///
/// What the numbers are is in the guide *Feature contract*: windows, ties, late transactions, missing values, rounding.
public struct FeatureEngine: Sendable {
    let program: EngineProgram

    /// Binds a plan to a schema.
    /// - Parameter custom: The kinds of features that the program adds.
    /// - Throws: ``FeatureEngineError`` that names the first feature that cannot be computed.
    public init(
        _ plan: FeaturePlan, schema: TransactionSchema, custom: CustomFeatures = .none
    ) throws(FeatureEngineError) {
        program = try EngineProgram(try EngineBuilder(plan, schema, custom))
    }

    /// What is computed.
    public var plan: FeaturePlan { program.plan }

    /// What the transactions' columns are.
    public var schema: TransactionSchema { program.schema }

    /// The names of the features, in the order of their values.
    public var names: [String] { program.plan.names }

    /// The number of features.
    public var count: Int { program.outputs.count }

    /// Whether features depend on earlier transactions.
    public var usesHistory: Bool { !program.tables.isEmpty }

    /// An empty history.
    /// - Parameter lateness: How far behind the others a transaction may be and still get exact features. When a topic is
    ///   replayed, its partitions may be that far apart.
    public func makeHistory(lateness: FeatureDuration = .days(7)) -> FeatureHistory {
        FeatureHistory(program.tables.map(\.layout), interners: program.internerCount, lateness: lateness)
    }

    /// - Throws: ``FeatureEngineError/historyMismatch(unexpected:missing:)`` when the history was kept for a plan that needs
    ///   another one.
    public func requireHistory(_ history: borrowing FeatureHistory) throws(FeatureEngineError) {
        // Mostly the history was made by this engine.
        guard !isOwn(history) else { return }
        try require(history.tables.map(\.layout.description))
    }

    private func isOwn(_ history: borrowing FeatureHistory) -> Bool {
        guard history.tables.count == program.tables.count else { return false }
        for index in program.tables.indices where history.tables[index].layout !== program.tables[index].layout {
            return false
        }
        return true
    }

    /// Takes over a history of another engine that needs the same of the past.
    func adopt(_ history: inout FeatureHistory) throws(FeatureEngineError) {
        try requireHistory(history)
        guard !isOwn(history) else { return }
        for index in program.tables.indices { history.tables[index].takeOver(program.tables[index].layout) }
    }

    /// Compares descriptions of tables with those that the plan needs.
    func require(_ descriptions: [String]) throws(FeatureEngineError) {
        let needed = program.tables.map(\.layout.description)
        guard descriptions != needed else { return }
        throw .historyMismatch(
            unexpected: descriptions.filter { !needed.contains($0) },
            missing: needed.filter { !descriptions.contains($0) })
    }

    /// Writes the features of a transaction that is not recorded yet to `row`. Records nothing.
    /// - Throws: ``FeatureEngineError`` when the history is of another plan, or the transaction does not fit the schema.
    /// - Precondition: `row` has room for ``count`` values.
    public func compute(
        _ record: TransactionRecord, history: borrowing FeatureHistory, into row: UnsafeMutableBufferPointer<Float>
    ) throws(FeatureEngineError) {
        precondition(row.count >= count, "no room for the features")
        try requireHistory(history)
        guard isReadable(history) else {
            var own = copy history
            try adopt(&own)
            return try compute(record, history: own, into: row)
        }
        // Closures get these: they would hold a copy of all of the history.
        let (tables, interners) = (history.tables, history.interners)
        let (watermark, lateness) = (history.watermark.time ?? .min, history.lateness.microseconds)
        try withLanes { lanes throws(FeatureEngineError) in
            try fill(record, lanes) { interners[$0].number(of: $1) ?? -1 }
            tables.withUnsafeBufferPointer { computeTables(lanes, $0, watermark: watermark, lateness: lateness) }
            var scratch = ExpressionScratch()
            program.rowFeatures.withUnsafeBufferPointer { features in
                for index in features.indices { features[index].compute(record, lanes, &scratch) }
            }
            for (index, lane) in program.outputs.enumerated() { row[index] = Float(lanes.number(lane, 0)) }
        }
    }

    /// Whether the history has what the windows in which different values are counted look at.
    private func isReadable(_ history: borrowing FeatureHistory) -> Bool {
        for index in program.tables.indices {
            let layout = program.tables[index].layout, known = history.tables[index].layout
            guard layout !== known else { continue }
            for value in layout.values.indices where layout.values[value].reach > known.values[value].reach {
                return false
            }
        }
        return true
    }

    /// Computes what depends on the history.
    private func computeTables(
        _ lanes: RowLanes, _ tables: UnsafeBufferPointer<KeyTable>, watermark: Int64, lateness: Int64
    ) {
        withEnds { ends in
            // Of all tables first, so that the processor waits for the memory of several at a time.
            for index in program.tables.indices {
                let plan = program.tables[index]
                lanes[plan.slotLane, 0] = tables[index].slot(lanes, 0, plan.layout).map(Int64.init) ?? -1
            }
            var touched: Int64 = 0
            for index in program.tables.indices {
                let slot = Int(lanes[program.tables[index].slotLane, 0])
                if slot >= 0 { touched &+= tables[index].histories[slot].touchNewest(tables[index].layout) }
            }
            for index in program.tables.indices {
                let slot = Int(lanes[program.tables[index].slotLane, 0])
                if slot >= 0 { touched &+= tables[index].histories[slot].touchCursors(tables[index].layout) }
            }
            ends.pointee = WindowQuery.Window(lower: 0, upper: 0, start: touched)
            for index in program.tables.indices {
                let plan = program.tables[index]
                let horizon = plan.layout.horizon(watermark: watermark, lateness: lateness)
                tables[index].withHistory(Int(lanes[plan.slotLane, 0])) { pointer in
                    WindowQuery.compute(
                        plan, pointer, lanes, 0, horizon: horizon, usesCursors: plan.layout === tables[index].layout,
                        functions: program.functions, ends: ends)
                }
            }
        }
    }

    /// Adds a transaction to the history; one without a finite amount, where the schema has one, is left out.
    /// - Throws: ``FeatureEngineError`` when the history is of another plan, or the transaction does not fit the schema.
    public func record(_ record: TransactionRecord, in history: inout FeatureHistory) throws(FeatureEngineError) {
        try adopt(&history)
        try withLanes { lanes throws(FeatureEngineError) in
            try fill(record, lanes) { history.interners[$0].intern($1) }
            guard lanes[RowLanes.recorded, 0] != 0 else { return }
            let watermark = history.watermark.time ?? .min
            history.observe(lanes[RowLanes.time, 0])
            for index in history.tables.indices where history.tables[index].layout.keeps(lanes, 0) {
                guard let slot = history.tables[index].makeSlot(lanes, 0) else { continue }
                let layout = history.tables[index].layout
                history.tables[index].histories[slot].insert(lanes, 0, layout)
                history.tables[index].histories[slot].moveCursors(
                    lanes[RowLanes.time, 0], program.tables[index].bounds, layout)
                history.tables[index].histories[slot].evict(
                    through: layout.horizon(watermark: watermark, lateness: history.lateness.microseconds), layout)
            }
            history.didRecord(1)
        }
    }

    func withLanes<Value>(
        _ body: (RowLanes) throws(FeatureEngineError) -> Value
    ) throws(FeatureEngineError) -> Value {
        let result = withUnsafeTemporaryAllocation(of: Int64.self, capacity: program.laneCount) { words in
            words.initialize(repeating: 0)
            return Result { () throws(FeatureEngineError) in
                guard let base = words.baseAddress else { preconditionFailure("there are always lanes") }
                return try body(RowLanes(base: base, rowCount: 1))
            }
        }
        return try result.get()
    }

    func withEnds<Value>(_ body: (UnsafeMutablePointer<WindowQuery.Window>) -> Value) -> Value {
        let ends = UnsafeMutablePointer<WindowQuery.Window>.allocate(capacity: program.cursorCount)
        defer { ends.deallocate() }
        ends.initialize(repeating: WindowQuery.Window(lower: 0, upper: 0, start: 0), count: program.cursorCount)
        return body(ends)
    }

    /// Fills the lanes of a single transaction.
    func fill(
        _ record: TransactionRecord, _ lanes: RowLanes, number: (Int, UnsafeBufferPointer<UInt8>) -> Int64
    ) throws(FeatureEngineError) {
        let schema = program.schema
        guard record.values.count == schema.columns.count else {
            throw .notCanonical(
                expected: "\(schema.columns.count) values", actual: "\(record.values.count) values")
        }
        if let column = program.timeColumn {
            switch record.values[column] {
            case .time(let time): lanes[RowLanes.time, 0] = time
            case .null: throw .missingTime(row: 0)
            default: throw LaneSource.failure(schema.columns[column])
            }
        }
        lanes[RowLanes.label, 0] = -1
        lanes[RowLanes.knownAt, 0] = .max
        for source in program.sources { try source.fill(record, schema, program.kinds, lanes, number: number) }
        if !program.filters.isEmpty {
            var scratch = ExpressionScratch()
            for filter in program.filters { filter.compute(record, lanes, &scratch) }
        }
        finish(lanes)
    }

    /// Fills the lanes that follow from others.
    func finish(_ lanes: RowLanes) {
        for row in 0..<lanes.rowCount {
            lanes[RowLanes.recorded, row] =
                program.amount.map { lanes.number($0.value, row).isNaN ? 0 : 1 } ?? 1
        }
    }
}

extension KeyTable {
    /// Gives access to a history, or to an empty one where the position is below 0.
    @inline(__always)
    func withHistory(_ slot: Int, _ body: (UnsafePointer<KeyHistory>) -> Void) {
        guard slot >= 0 else { return withUnsafePointer(to: KeyHistory()) { body($0) } }
        histories.withUnsafeBufferPointer { histories in
            if let base = histories.baseAddress { body(base + slot) }
        }
    }
}
