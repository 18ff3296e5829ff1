extension FeatureEngine {
    /// The shortest delay after which the plan takes a label to be known; nil where no feature looks at labels after a delay.
    package var labelDelay: Duration? {
        let delays = labelAggregates.lazy.map(\.delay.microseconds).filter { $0 > 0 }
        return delays.min().map { .microseconds($0) }
    }

    /// The positions of the columns that a label must have values of, so that its transaction is found in the history: id, time,
    /// label, when it became known, and the keys and columns of filters of the features that look at labels. Where the schema has no
    /// id, all keys: they identify the transaction then.
    package var labelColumns: [Int] {
        let names = labelAggregates.reduce(into: Set<String>()) {
            $0.formUnion($1.keys)
            $0.formUnion($1.filter?.columns ?? [])
        }
        let columns = Set(names.compactMap { schema.column(named: $0)?.name })
        return schema.columns.indices.filter {
            switch schema.columns[$0].role.kind {
            case .id, .time, .label, .knownAt: true
            case .key where schema.column(.id) == nil: true
            default: columns.contains(schema.columns[$0].name)
            }
        }
    }

    private var labelAggregates: [WindowAggregate] {
        plan.features.compactMap {
            guard case .aggregate(let aggregate) = $0.kind, aggregate.function.needsLabels else { return nil }
            return aggregate
        }
    }
}

extension FeatureEngine {
    /// What a history knows of the transactions of one moment, in one of its tables.
    package struct LabelCounts: Sendable {
        /// Identifies the table, the keys in it and the moment.
        package let occurrence: Int
        package var transactions = 0
        package var frauds = 0
    }

    /// Counts the transactions in the history that have a transaction's keys and its exact time; in a table of tiles those of its
    /// tile.
    /// - Returns: One for each table that keeps labels and such a transaction, also if there is none.
    /// - Throws: ``FeatureEngineError`` when the history is of another plan, or the transaction does not fit the schema.
    package func labelCounts(
        of record: TransactionRecord, in history: borrowing FeatureHistory
    ) throws(FeatureEngineError) -> [LabelCounts] {
        try requireHistory(history)
        return try withLanes { lanes throws(FeatureEngineError) in
            try fill(record, lanes) { history.interners[$0].number(of: $1) ?? -1 }
            // A label need not repeat the amount.
            lanes[RowLanes.recorded, 0] = 1
            let time = lanes[RowLanes.time, 0]
            var counts: [LabelCounts] = []
            for index in program.tables.indices {
                let layout = program.tables[index].layout
                guard layout.hasLabels, layout.keeps(lanes, 0) else { continue }
                var hasher = Hasher()
                hasher.combine(index)
                hasher.combine(layout.rowTime(time))
                for column in keyColumns(layout) { hasher.combine(record.values[column]) }
                var count = LabelCounts(occurrence: hasher.finalize())
                if let slot = history.tables[index].slot(lanes, 0, layout) {
                    history.tables[index].histories[slot].countLabels(at: time, layout, &count)
                }
                counts.append(count)
            }
            return counts
        }
    }

    /// Whether a label of a transaction came after it and is the one that counts, or with a column that tells when labels became
    /// known one of those that do.
    package func hasLabel(
        isFraud: Bool, of record: TransactionRecord, knownAt: Int64, in history: borrowing FeatureHistory
    ) -> Bool {
        guard let time = program.timeColumn, case .time(let time) = record.values[time],
            let reports = history.labels[TransactionIdentity(record, schema, time: time)]?.reports
        else { return false }
        guard program.hasKnownAt else { return reports.last?.isFraud == isFraud }
        return reports.contains { $0.isFraud == isFraud && $0.knownAt == knownAt }
    }

    private func keyColumns(_ layout: HistoryLayout) -> [Int] {
        layout.keys.compactMap { key in
            for case .word(let column, let word, _) in program.sources where word == key { return column }
            return nil
        }
    }
}

extension KeyHistory {
    fileprivate func countLabels(at time: Int64, _ layout: HistoryLayout, _ counts: inout FeatureEngine.LabelCounts) {
        let time = layout.rowTime(time)
        var position = self.position(after: time, layout) - 1
        while position >= Int(first), rows[position * layout.stride] == time {
            defer { position -= 1 }
            let row = position * layout.stride
            func added(_ word: Int) -> Int { Int(rows[row + word] &- rows[row + word - layout.stride]) }
            let transactions = layout.tile > 0 ? added(layout.rowsWord) : 1
            counts.transactions += transactions
            if layout.fraudsWord > 0 { counts.frauds += added(layout.fraudsWord) }
        }
    }
}

extension FeatureHistory {
    /// The time of the newest transaction, as far as it is trusted: a few whose dates are far ahead of the others do not count.
    package var watermarkTime: Int64? { watermark.time }

    /// The latest time whose labels no window can reach any more; nil without history, or where no feature looks at labels.
    package var labelHorizon: Int64? {
        watermark.time == nil ? nil : tables.lazy.map(\.layout).filter(\.hasLabels).map { horizon(of: $0) }.min()
    }
}
