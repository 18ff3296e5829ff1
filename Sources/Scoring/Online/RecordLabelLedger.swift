import Features

/// Decides what a label of a transaction of a schema changes in a history, which counts the labels.
///
/// A label is of the transaction with its id and time; where the schema has no id, with its keys and time. Which transactions
/// have been recorded is known by a hash of 8 bytes each, as long as labels can be used. Of those that the history began with only
/// keys and times are known: a label for a moment of which it counts more frauds than are known here is taken to be about one of
/// them first. With a column that tells when labels became known, a label with the same time is the same label.
///
/// Labels are bounded as those of ``LabelLedger`` are.
struct RecordLabelLedger: Sendable {
    struct Key: BoundedLabelKey {
        let values: [TransactionValue]
        let dateTime: Int64
        /// One for each table of the history.
        var occurrences: [Int] = []
        /// When the label became known.
        var knownAt = Int64.max
        /// Whether the transaction was recorded with its label.
        var isRecorded = false

        static func == (left: Key, right: Key) -> Bool {
            left.dateTime == right.dateTime && left.values == right.values
        }

        func hash(into hasher: inout Hasher) {
            hasher.combine(values)
            hasher.combine(dateTime)
        }
    }

    private let time: Int?
    /// The newest time of the history that the scorer began with.
    private let historyEnd: Int64?
    private var recorded = RecordedTransactions()
    private let amount: Int?
    private let knownAt: Int?
    private let label: (column: Int, values: LabelValues)?
    /// The columns that identify a transaction.
    private let identity: [Int]
    private var frauds: BoundedLabelKeys<Key>
    /// Labels whose transactions have not arrived.
    private var pendingFrauds: BoundedLabelKeys<Key>
    /// Only with a column that tells when labels became known: elsewhere a transaction without a label counts as genuine.
    private var pendingGenuine: BoundedLabelKeys<Key>

    /// - Parameter historyEnd: The newest time of the history that the scorer begins with; nil for an empty one.
    init(
        _ schema: TransactionSchema, historyEnd: Int64?, capacity: Int = 1 << 18, pendingCapacity: Int = 1 << 16
    ) {
        self.historyEnd = historyEnd
        let columns = schema.columns
        func position(_ role: ColumnRole.Kind) -> Int? { columns.firstIndex { $0.role.kind == role } }
        time = position(.time)
        amount = position(.amount)
        knownAt = position(.knownAt)
        label = position(.label).flatMap { column in LabelValues(columns[column]).map { (column, $0) } }
        identity = position(.id).map { [$0] } ?? columns.indices.filter { columns[$0].role.kind == .key }
        frauds = BoundedLabelKeys(capacity: capacity)
        pendingFrauds = BoundedLabelKeys(capacity: pendingCapacity)
        pendingGenuine = BoundedLabelKeys(capacity: pendingCapacity)
    }

    /// Whether a transaction's label says that it was a fraud; nil without a label.
    func label(of record: TransactionRecord) -> Bool? {
        guard let label, label.column < record.values.count else { return nil }
        let value = label.values.label(record.values[label.column])
        return value < 0 ? nil : value == 1
    }

    /// Applies the label of a transaction, which has at least the columns of `FeatureEngine.labelColumns`.
    mutating func apply(
        _ record: TransactionRecord, _ engine: FeatureEngine, _ history: inout FeatureHistory
    ) throws(FeatureEngineError) -> LabelOutcome {
        let counts = try engine.labelCounts(of: record, in: history).sorted { $0.transactions < $1.transactions }
        // The table that tells transactions apart best comes first.
        guard let count = counts.first, let isFraud = label(of: record), var key = key(record),
            knownAt == nil || key.knownAt != .max
        else { return .unknown }
        let horizon = history.labelHorizon
        if let horizon, key.dateTime <= horizon { return .unknown }
        let plain = asRecorded(record, withFraud: false, engine)
        if engine.hasLabel(isFraud: isFraud, of: plain, knownAt: key.knownAt, in: history) { return .unchanged }
        key.occurrences = counts.map(\.occurrence)
        let isRecorded = recorded.contains(key)
        // Of the history's beginning there are no ids: it has the transaction if each table has one that is not another's.
        let mayBeEarlier = historyEnd.map { key.dateTime <= $0 } ?? false
        let known = frauds.contains(key)
        guard isRecorded || mayBeEarlier && counts.allSatisfy({ $0.transactions > others(key, known, $0) }) else {
            wait(key, isFraud, horizon)
            return .pending
        }
        if knownAt == nil {
            if isFraud {
                if known { return .unchanged }
                if !isRecorded, count.frauds > others(key, known, count) {
                    key.isRecorded = true
                    stopWaiting(key)
                    frauds.insert(key, horizon: horizon)
                    return .unchanged
                }
            } else {
                if !known, isRecorded || count.transactions > count.frauds {
                    stopWaiting(key)
                    return .unchanged
                }
                key.isRecorded = frauds.remove(key)?.isRecorded ?? true
            }
        }
        stopWaiting(key)
        try engine.recordLabel(
            isFraud: isFraud, of: asRecorded(record, withFraud: key.isRecorded, engine), knownAt: key.knownAt,
            in: &history)
        if isFraud, knownAt == nil { frauds.insert(key, horizon: horizon) }
        return .applied
    }

    /// The frauds known of other transactions at a moment, as far as the history counts them.
    private func others(_ key: Key, _ isKnown: Bool, _ count: FeatureEngine.LabelCounts) -> Int {
        min(count.frauds, frauds.count(count.occurrence) - (isKnown ? 1 : 0))
    }

    /// Notes a transaction that has just been added to the history, and gives it the label that waited for it.
    mutating func didRecord(
        _ record: TransactionRecord, _ engine: FeatureEngine, _ history: inout FeatureHistory
    ) throws(FeatureEngineError) {
        guard engine.plan.usesLabels, var key = key(record) else { return }
        recorded.insert(key, horizon: history.labelHorizon)
        let own = label(of: record)
        let isCounted = own == true && knownAt == nil
        guard isCounted || !pendingFrauds.isEmpty || !pendingGenuine.isEmpty else { return }
        let fraud = pendingFrauds.remove(key), genuine = pendingGenuine.remove(key)
        if isCounted {
            key.occurrences = try engine.labelCounts(of: record, in: history).map(\.occurrence)
            key.isRecorded = true
            frauds.insert(key, horizon: history.labelHorizon)
        } else if let waited = fraud ?? genuine, own == nil || knownAt == nil {
            let isThere = try engine.recordLabel(
                isFraud: fraud != nil, of: asRecorded(record, withFraud: false, engine), knownAt: waited.knownAt,
                in: &history)
            guard isThere, fraud != nil, knownAt == nil else { return }
            key.occurrences = try engine.labelCounts(of: record, in: history).map(\.occurrence)
            frauds.insert(key, horizon: history.labelHorizon)
        }
    }

    private func key(_ record: TransactionRecord) -> Key? {
        guard case .time(let dateTime)? = time.map({ record.values[$0] }) else { return nil }
        var key = Key(values: identity.map { record.values[$0] }, dateTime: dateTime)
        if case .time(let time)? = knownAt.map({ record.values[$0] }) { key.knownAt = time }
        return key
    }

    /// What a label has to say of a transaction, with the label that it was recorded with: the same, however much of the
    /// transaction came with the label.
    private func asRecorded(
        _ record: TransactionRecord, withFraud isFraud: Bool, _ engine: FeatureEngine
    ) -> TransactionRecord {
        var values = [TransactionValue](repeating: .null, count: record.values.count)
        for column in engine.labelColumns { values[column] = record.values[column] }
        if let amount { values[amount] = .integer(0) }
        if let label { values[label.column] = isFraud ? label.values.fraud : .null }
        if let knownAt { values[knownAt] = .null }
        return TransactionRecord(values)
    }

    private mutating func wait(_ key: Key, _ isFraud: Bool, _ horizon: Int64?) {
        stopWaiting(key)
        if isFraud {
            pendingFrauds.insert(key, horizon: horizon)
        } else if knownAt != nil {
            pendingGenuine.insert(key, horizon: horizon)
        }
    }

    private mutating func stopWaiting(_ key: Key) {
        pendingFrauds.remove(key)
        pendingGenuine.remove(key)
    }
}
