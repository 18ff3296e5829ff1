import Features

/// Which labels of transactions of a schema the history has, so that a repeated one changes nothing, and a withdrawn one no other
/// transaction.
///
/// A label is of the transaction with its id and time; where the schema has no id, with its keys and time. The history knows keys
/// and time alone: labels that it began with belong to no id, and a label for such a moment is taken to be about one of them first.
/// Bounded as ``LabelLedger`` is.
struct RecordLabelLedger: Sendable {
    struct Key: BoundedLabelKey {
        let values: [TransactionValue]
        let dateTime: Int64
        /// Of the history's tables, the one with the fewest transactions first.
        var occurrences: [Int] = []
        /// When the label became known.
        var knownAt = Int64.max

        static func == (left: Key, right: Key) -> Bool {
            left.dateTime == right.dateTime && left.values == right.values
        }

        func hash(into hasher: inout Hasher) {
            hasher.combine(values)
            hasher.combine(dateTime)
        }
    }

    private let time: Int?
    private let knownAt: Int?
    private let label: (column: Int, values: LabelValues)?
    /// The columns that identify a transaction.
    private let identity: [Int]
    private var frauds: BoundedLabelKeys<Key>
    private var pendingFrauds: BoundedLabelKeys<Key>
    /// Kept only where labels have times: elsewhere a transaction without a label counts as genuine.
    private var genuine: BoundedLabelKeys<Key>
    private var pendingGenuine: BoundedLabelKeys<Key>

    init(_ schema: TransactionSchema, capacity: Int = 1 << 18, pendingCapacity: Int = 1 << 16) {
        let columns = schema.columns
        func position(_ role: ColumnRole.Kind) -> Int? { columns.firstIndex { $0.role.kind == role } }
        time = position(.time)
        knownAt = position(.knownAt)
        label = position(.label).flatMap { column in LabelValues(columns[column]).map { (column, $0) } }
        identity = position(.id).map { [$0] } ?? columns.indices.filter { columns[$0].role.kind == .key }
        frauds = BoundedLabelKeys(capacity: capacity)
        genuine = BoundedLabelKeys(capacity: capacity)
        pendingFrauds = BoundedLabelKeys(capacity: pendingCapacity)
        pendingGenuine = BoundedLabelKeys(capacity: pendingCapacity)
    }

    /// Whether a transaction's label says that it was a fraud; nil without a label.
    func label(of record: TransactionRecord) -> Bool? {
        guard let label, label.column < record.values.count else { return nil }
        let value = label.values.label(record.values[label.column])
        return value < 0 ? nil : value == 1
    }

    private func key(_ record: TransactionRecord) -> Key? {
        guard case .time(let dateTime)? = time.map({ record.values[$0] }) else { return nil }
        var key = Key(values: identity.map { record.values[$0] }, dateTime: dateTime)
        if case .time(let time)? = knownAt.map({ record.values[$0] }) { key.knownAt = time }
        return key
    }

    /// Applies the label of a transaction, which has at least the columns of `FeatureEngine.labelColumns`.
    mutating func apply(
        _ record: TransactionRecord, _ engine: FeatureEngine, _ history: inout FeatureHistory
    ) throws(FeatureEngineError) -> LabelOutcome {
        var counts = try engine.labelCounts(of: record, in: history)
        guard !counts.isEmpty, let isFraud = label(of: record), var key = key(record),
            knownAt == nil || key.knownAt != .max
        else { return .unknown }
        let horizon = history.labelHorizon
        if let horizon, key.dateTime <= horizon { return .unknown }
        if isFraud ? frauds.contains(key) : genuine.contains(key) { return .unchanged }
        let isCorrection = isFraud ? genuine.remove(key) != nil : frauds.remove(key) != nil
        counts.sort { $0.transactions < $1.transactions }
        key.occurrences = counts.map(\.occurrence)
        if !isCorrection {
            // The table that tells transactions apart best.
            let count = counts[0]
            let knownFrauds = min(count.frauds, frauds.count(count.occurrence))
            let knownGenuine = min(count.labelled - count.frauds, genuine.count(count.occurrence))
            guard count.transactions > knownFrauds + knownGenuine else {
                wait(key, isFraud, horizon)
                return .pending
            }
            let isThere =
                isFraud ? count.frauds > knownFrauds : count.labelled - count.frauds > knownGenuine
            if isThere {
                insert(key, isFraud, horizon)
                return .unchanged
            }
        }
        try engine.recordLabel(isFraud: isFraud, of: record, knownAt: key.knownAt, in: &history)
        insert(key, isFraud, horizon)
        return .applied
    }

    private mutating func insert(_ key: Key, _ isFraud: Bool, _ horizon: Int64?) {
        pendingFrauds.remove(key)
        pendingGenuine.remove(key)
        if isFraud {
            frauds.insert(key, horizon: horizon)
        } else if knownAt != nil {
            genuine.insert(key, horizon: horizon)
        }
    }

    private mutating func wait(_ key: Key, _ isFraud: Bool, _ horizon: Int64?) {
        pendingFrauds.remove(key)
        pendingGenuine.remove(key)
        if isFraud {
            pendingFrauds.insert(key, horizon: horizon)
        } else if knownAt != nil {
            pendingGenuine.insert(key, horizon: horizon)
        }
    }

    /// Notes a transaction that has just been added to the history, and gives it the label that waited for it.
    mutating func didRecord(
        _ record: TransactionRecord, _ engine: FeatureEngine, _ history: inout FeatureHistory
    ) throws(FeatureEngineError) {
        let own = label(of: record)
        let isOwnKept = own == true || own == false && knownAt != nil
        guard isOwnKept || !pendingFrauds.isEmpty || !pendingGenuine.isEmpty, var key = key(record) else { return }
        let waiting = (pendingFrauds.remove(key), pendingGenuine.remove(key))
        let horizon = history.labelHorizon
        if isOwnKept, let own {
            key.occurrences = try engine.labelCounts(of: record, in: history).map(\.occurrence)
            insert(key, own, horizon)
        } else if let waited = waiting.0 ?? waiting.1 {
            let isFraud = waiting.0 != nil
            key.occurrences = try engine.labelCounts(of: record, in: history).map(\.occurrence)
            guard try engine.recordLabel(isFraud: isFraud, of: record, knownAt: waited.knownAt, in: &history) else {
                return
            }
            insert(key, isFraud, horizon)
        }
    }
}
