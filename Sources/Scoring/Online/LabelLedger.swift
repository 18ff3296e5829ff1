import Features

/// Which transactions the history counts as frauds because of a label with their id.
///
/// The history identifies a transaction by its terminal and time alone. Of several in one microsecond, the ledger tells
/// which are known as frauds, so that a repeated or withdrawn label does not change another transaction's. Frauds that
/// the history began with, from a saved state, belong to no id; a label for such a microsecond is taken to be about one
/// of them first.
///
/// Bounded: beyond 262,144 frauds the oldest are removed, which affects only further ones in the same microseconds; at
/// most 65,536 labels wait for their transactions.
struct LabelLedger: Sendable {
    private var frauds: BoundedLabelKeys<LabelKey>
    /// Frauds whose transactions have not arrived. (A label of no fraud need not wait: that is a transaction's initial
    /// state.)
    private var pending: BoundedLabelKeys<LabelKey>

    init(capacity: Int = 1 << 18, pendingCapacity: Int = 1 << 16) {
        frauds = BoundedLabelKeys(capacity: capacity)
        pending = BoundedLabelKeys(capacity: pendingCapacity)
    }

    mutating func apply(_ label: TransactionLabel, to state: inout FeatureState) -> LabelOutcome {
        let horizon = state.labelHorizon
        if let horizon, label.dateTime <= horizon { return .unknown }
        let key = LabelKey(label)
        if frauds.contains(key) {
            if label.isFraud { return .unchanged }
            frauds.remove(key)
            return set(label, in: &state) ? .applied : .unchanged
        }
        let counts = state.labelCounts(terminalID: label.terminalID, dateTime: label.dateTime)
        let known = min(counts.frauds, frauds.count(key.occurrence))
        guard counts.transactions > known else {
            if label.isFraud { pending.insert(key, horizon: horizon) } else { pending.remove(key) }
            return .pending
        }
        pending.remove(key)
        if label.isFraud {
            frauds.insert(key, horizon: horizon)
            return counts.frauds > known ? .unchanged : set(label, in: &state) ? .applied : .unchanged
        }
        if counts.transactions > counts.frauds { return .unchanged }
        return set(label, in: &state) ? .applied : .unchanged
    }

    /// Records a transaction that has just been added to the history.
    mutating func didRecord(_ transaction: Transaction, in state: inout FeatureState) {
        let isFraud = transaction.fraud == 1
        guard isFraud || !pending.isEmpty else { return }
        let key = LabelKey(transaction)
        let waited = pending.remove(key) != nil
        guard isFraud || waited else { return }
        if !isFraud {
            guard
                state.recordLabel(isFraud: true, terminalID: transaction.terminalID, dateTime: transaction.dateTime)
            else { return }
        }
        frauds.insert(key, horizon: state.labelHorizon)
    }

    private func set(_ label: TransactionLabel, in state: inout FeatureState) -> Bool {
        state.recordLabel(isFraud: label.isFraud, terminalID: label.terminalID, dateTime: label.dateTime)
    }
}
