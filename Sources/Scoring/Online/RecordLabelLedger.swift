import Features

/// Decides what a label of a transaction of a schema changes in a history, which counts the labels.
///
/// A label is of the transaction with its id and time; where the schema has no id, with its keys and time. The history tells
/// transactions apart that have got a label since they were recorded. The others it knows by their keys and time alone, so that a
/// label for a moment of which it counts more frauds than are known here is taken to be about one of them first: the history
/// began with it. With a column that tells when labels became known, a label with the same time is the same label.
///
/// Bounded as ``LabelLedger`` is.
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
    private let knownAt: Int?
    private let label: (column: Int, values: LabelValues)?
    /// The columns that identify a transaction.
    private let identity: [Int]
    private var frauds: BoundedLabelKeys<Key>
    /// Labels whose transactions have not arrived.
    private var pendingFrauds: BoundedLabelKeys<Key>
    /// Only with a column that tells when labels became known: elsewhere a transaction without a label counts as genuine.
    private var pendingGenuine: BoundedLabelKeys<Key>

    init(_ schema: TransactionSchema, capacity: Int = 1 << 18, pendingCapacity: Int = 1 << 16) {
        let columns = schema.columns
        func position(_ role: ColumnRole.Kind) -> Int? { columns.firstIndex { $0.role.kind == role } }
        time = position(.time)
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
        if engine.hasLabel(isFraud: isFraud, of: record, knownAt: key.knownAt, in: history) { return .unchanged }
        guard count.transactions > 0 else {
            wait(key, isFraud, horizon)
            return .pending
        }
        key.occurrences = counts.map(\.occurrence)
        if knownAt == nil {
            let known = frauds.contains(key)
            let others = min(count.frauds, frauds.count(count.occurrence) - (known ? 1 : 0))
            if isFraud {
                if known { return .unchanged }
                guard count.transactions > others else {
                    wait(key, isFraud, horizon)
                    return .pending
                }
                if count.frauds > others {
                    key.isRecorded = true
                    stopWaiting(key)
                    frauds.insert(key, horizon: horizon)
                    return .unchanged
                }
            } else {
                stopWaiting(key)
                if !known, count.transactions > count.frauds { return .unchanged }
                key.isRecorded = frauds.remove(key)?.isRecorded ?? true
            }
        }
        stopWaiting(key)
        try engine.recordLabel(
            isFraud: isFraud, of: asRecorded(record, withFraud: key.isRecorded), knownAt: key.knownAt, in: &history)
        if isFraud, knownAt == nil { frauds.insert(key, horizon: horizon) }
        return .applied
    }

    /// Notes a transaction that has just been added to the history, and gives it the label that waited for it.
    mutating func didRecord(
        _ record: TransactionRecord, _ engine: FeatureEngine, _ history: inout FeatureHistory
    ) throws(FeatureEngineError) {
        let own = label(of: record)
        let isCounted = own == true && knownAt == nil
        guard isCounted || !pendingFrauds.isEmpty || !pendingGenuine.isEmpty, var key = key(record) else { return }
        let fraud = pendingFrauds.remove(key), genuine = pendingGenuine.remove(key)
        if isCounted {
            key.occurrences = try engine.labelCounts(of: record, in: history).map(\.occurrence)
            key.isRecorded = true
            frauds.insert(key, horizon: history.labelHorizon)
        } else if let waited = fraud ?? genuine, own == nil || knownAt == nil {
            let isThere = try engine.recordLabel(
                isFraud: fraud != nil, of: record, knownAt: waited.knownAt, in: &history)
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

    /// The transaction with the label that it was recorded with.
    private func asRecorded(_ record: TransactionRecord, withFraud isFraud: Bool) -> TransactionRecord {
        var record = record
        if let label { record.values[label.column] = isFraud ? label.values.fraud : .null }
        if let knownAt { record.values[knownAt] = .null }
        return record
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
