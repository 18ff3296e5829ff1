extension FeatureEngine {
    /// Adds what became known of a recorded transaction's label.
    ///
    /// A transaction may have several labels, such as a fraud that turns out to be none: at any time the label with the
    /// latest `knownAt` counts of those known by then, in whatever order they are recorded; of several with the same `knownAt`
    /// the last one recorded. Without a column for it in the schema the last label recorded counts. The same label again
    /// changes nothing.
    ///
    /// Transactions are told apart by time and id; without an id by time and all values but those of the label, so that two that
    /// are equal in all of them have one label here.
    /// - Parameters:
    ///   - record: The transaction as it was recorded, with the label that it had then, if any.
    ///   - knownAt: When the label became known, in microseconds since 1970-01-01T00:00:00; of no effect unless the schema
    ///     has a column for it.
    /// - Returns: false when the history does not have the transaction: it has not been recorded yet, no window can reach it
    ///   any more, or no feature uses its label. Nothing is kept of the label then.
    /// - Throws: ``FeatureEngineError`` when the history is of another plan, or the transaction does not fit the schema.
    @discardableResult
    public func recordLabel(
        isFraud: Bool, of record: TransactionRecord, knownAt: Int64, in history: inout FeatureHistory
    ) throws(FeatureEngineError) -> Bool {
        try adopt(&history)
        return try withLanes { lanes throws(FeatureEngineError) in
            try fill(record, lanes) { history.interners[$0].number(of: $1) ?? -1 }
            let hasKnownAt = program.hasKnownAt
            let time = lanes[RowLanes.time, 0]
            var recorded = LabelReports()
            if lanes[RowLanes.label, 0] >= 0 {
                recorded.add(
                    isFraud: lanes[RowLanes.label, 0] == 1, knownAt: hasKnownAt ? lanes[RowLanes.knownAt, 0] : 0)
            }
            let identity = TransactionIdentity(record, schema, time: time)
            let earlier = history.labels[identity] ?? recorded
            var reports = earlier
            reports.add(isFraud: isFraud, knownAt: hasKnownAt ? knownAt : 0)
            var isFound = false
            for index in history.tables.indices where history.tables[index].layout.keeps(lanes, 0) {
                let layout = history.tables[index].layout
                guard layout.hasLabels, layout.rowTime(time) > history.horizon(of: layout),
                    let slot = history.tables[index].slot(lanes, 0, layout)
                else { continue }
                let isChanged = history.tables[index].histories[slot].setLabel(
                    from: earlier, to: reports, at: time, layout)
                isFound = isFound || isChanged
            }
            // A part of a divided history learns of labels of transactions whose rows are in other parts.
            if isFound || history.labels[identity] != nil {
                let isNew = hasKnownAt ? reports != earlier : reports.isFraud != earlier.isFraud
                if isNew { history.labels[identity] = reports }
            }
            return isFound
        }
    }
}
