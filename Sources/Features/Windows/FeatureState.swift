import Columnar

/// The history that is needed to compute the features of the next transaction: per customer the times and amounts, per
/// terminal the times and frauds, as far back as a window reaches.
///
/// - A feature is a function of the transaction and of the set of transactions recorded so far; the order in which they were
///   recorded does not matter (among equal times, those recorded count as earlier). In time order, this is the Handbook's definition.
/// - A transaction may come late. Once recorded it counts in every later window that reaches it. Its own features are
///   exact if it is at most `lateness` behind; further behind, its windows may have lost their oldest part.
/// - A transaction whose label is not known counts as legitimate until ``recordLabel(isFraud:terminalID:dateTime:)``
///   says otherwise.
/// - Amounts are summed exactly, so that sums neither drift nor depend on how rows were batched: from 10^-23 to 10^30
///   in any currency. Smaller ones are rounded to a multiple of 2^-128, larger ones count as 2^100, in sums (not in
///   `tx_amount`).
/// - A transaction whose amount is not a finite number is not recorded.
/// - Memory holds the transactions of the longest window, the label delay (terminals only) and `lateness`; at times up to twice that.
public struct FeatureState: Sendable {
    /// The windows that the state serves.
    public let windows: FeatureWindows
    /// Microseconds.
    let lateness: Int64
    private(set) var watermark: Watermark
    /// The time of the newest transaction recorded, in microseconds since 1970-01-01T00:00:00; nil without history.
    ///
    /// A single transaction with a wrong date can set it far ahead; eviction follows most transactions, not this one.
    public private(set) var newestDateTime: Int64?
    var customers = HistoryTable()
    var terminals = HistoryTable()
    let spans: WindowSpans
    private var recordedSinceSweep = 0
    private var keptAfterSweep = 0

    /// An empty state.
    /// - Parameter latenessDays: how far behind the newest transaction one may be and still get exact features, 0 to
    ///   3,650. When a topic is replayed, its partitions may be that far apart.
    public init(windows: FeatureWindows = .handbook, latenessDays: Int = 7) {
        let lateness = Int64(min(max(0, latenessDays), 3650)) * CivilDateTime.microsecondsPerDay
        self.init(windows: windows, lateness: lateness, watermark: Watermark())
    }

    init(windows: FeatureWindows, lateness: Int64, watermark: Watermark) {
        self.windows = windows
        self.lateness = lateness
        self.watermark = watermark
        newestDateTime = watermark.time
        spans = WindowSpans(windows)
    }

    /// The time up to which transactions have come, in microseconds since 1970-01-01T00:00:00; nil without history.
    ///
    /// It decides which events are evicted. It ignores a few transactions with dates more than a day off the others,
    /// and so stays behind ``newestDateTime`` for a while after more than a day without transactions.
    package var watermarkDateTime: Int64? { watermark.time }

    /// The end of the history if transactions from `time` on can be added to it without counting any twice; nil if the
    /// history is empty or reaches `time`.
    ///
    /// Transactions ahead of `time` by more than the longest window reaches are ignored: single ones have wrong dates,
    /// and many of them would move the watermark.
    /// - Returns: the time of the newest transaction before `time`, in microseconds since 1970-01-01T00:00:00.
    public func end(before time: Int64) -> Int64? {
        guard let reached = watermark.time, reached < time else { return nil }
        let (ahead, overflow) = time.addingReportingOverflow(spans.reach)
        let newest = customers.histories.lazy.compactMap { $0.newestTime(notAfter: overflow ? .max : ahead) }.max()
        return newest.flatMap { $0 < time ? $0 : nil }
    }

    /// The number of customers and terminals in the state.
    public var keyCount: (customers: Int, terminals: Int) { (customers.histories.count, terminals.histories.count) }

    /// The number of events in the state; each recorded transaction is one of its customer and one of its terminal.
    public var eventCount: Int { customers.eventCount + terminals.eventCount }

    /// Adds a transaction to the history of its customer and its terminal; one whose amount is not a finite number is left out.
    public mutating func record(_ transaction: Transaction) {
        record(
            dateTime: transaction.dateTime, customerID: transaction.customerID, terminalID: transaction.terminalID,
            amount: transaction.amount, isFraud: transaction.fraud == 1)
    }

    mutating func record(dateTime: Int64, customerID: Int64, terminalID: Int64, amount: Double, isFraud: Bool) {
        guard amount.isFinite else { return }
        observe(dateTime)
        let customer = customers.makeSlot(of: customerID)
        customers.histories[customer].insert(time: dateTime, amount: ExactAmount(amount))
        let terminal = terminals.makeSlot(of: terminalID)
        terminals.histories[terminal].insert(time: dateTime, value: isFraud ? 1 : 0)
        if let newest = watermark.time {
            customers.histories[customer].evict(through: spans.customerHorizon(newest: newest, lateness: lateness))
            terminals.histories[terminal].evict(through: spans.terminalHorizon(newest: newest, lateness: lateness))
        }
        didRecord(1)
    }

    /// Sets the label of a recorded transaction, found by its terminal and its exact time.
    ///
    /// Of several transactions of one terminal in the same microsecond any one is changed: they are in the same
    /// windows.
    /// - Returns: false when the state has no such transaction, for example because no window can reach it any more.
    @discardableResult
    public mutating func recordLabel(isFraud: Bool, terminalID: Int64, dateTime: Int64) -> Bool {
        guard let slot = terminals.slot(of: terminalID) else { return false }
        return terminals.histories[slot].setValue(isFraud ? 1 : 0, replacing: isFraud ? 0 : 1, at: dateTime)
    }

    /// Records the time of a transaction that is being added.
    @inline(__always)
    mutating func observe(_ dateTime: Int64) {
        watermark.observe(dateTime)
        if newestDateTime.map({ dateTime > $0 }) ?? true { newestDateTime = dateTime }
    }

    /// The newest transaction is never evicted before an older one, so that a stored state need not name it.
    mutating func restoreNewestDateTime() {
        newestDateTime = customers.histories.lazy.compactMap(\.newestTime).max() ?? watermark.time
    }

    /// Counts recorded transactions, and removes events that no window can reach when enough have accumulated.
    mutating func didRecord(_ count: Int) {
        recordedSinceSweep += count
        if recordedSinceSweep > max(1 << 16, keptAfterSweep) { removeUnreachable() }
    }

    /// Removes the events that no window can reach any more, and the customers and terminals that have none left.
    public mutating func removeUnreachable() {
        guard let newest = watermark.time else { return }
        customers.evict(through: spans.customerHorizon(newest: newest, lateness: lateness))
        terminals.evict(through: spans.terminalHorizon(newest: newest, lateness: lateness))
        recordedSinceSweep = 0
        keptAfterSweep = max(customers.eventCount, terminals.eventCount)
    }
}
