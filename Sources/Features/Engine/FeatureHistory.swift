import Columnar
import Essentials

/// The history that a ``FeatureEngine`` needs to compute the features of the next transaction: what its plan looks at, as far
/// back as its windows reach.
///
/// - A feature is a function of the transaction and of the set of transactions recorded so far; the order in which they were
///   recorded does not matter.
/// - A transaction may come late. Once recorded it counts in every later window that reaches it. Its own features are exact if
///   it is at most `lateness` behind the others.
/// - Memory holds the transactions of the longest window of each set of keys and of `lateness`; at times up to twice that. For
///   each of its transactions a key needs 8 bytes for the time, 8 for each running sum or value, and 16 for sums of squares,
///   coordinates, counted values and those with a minimum or maximum; a key itself some 120 bytes. A label that is recorded later
///   needs some 200 bytes.
public struct FeatureHistory: Sendable {
    /// How far behind the others a transaction may be and still get exact features.
    public let lateness: FeatureDuration
    var tables: [KeyTable]
    /// The texts of columns whose values are keys or counted.
    var interners: [TextInterner]
    var watermark = Watermark()
    /// The time of the newest transaction recorded, in microseconds since 1970-01-01T00:00:00; nil without history.
    public internal(set) var newestTime: Int64?
    /// The labels of transactions that got one after they were recorded, with those they were recorded with.
    var labels: [TransactionIdentity: LabelReports] = [:]
    private var recordedSinceSweep = 0
    private var keptAfterSweep = 0

    init(_ layouts: [HistoryLayout], interners: Int, lateness: FeatureDuration) {
        self.lateness = lateness
        tables = layouts.map { KeyTable($0) }
        self.interners = [TextInterner](repeating: TextInterner(), count: interners)
    }

    /// The number of keys, summed over all sets of keys.
    public var keyCount: Int { tables.reduce(0) { $0 + $1.keyCount } }

    /// The number of rows kept, transactions or tiles, summed over all sets of keys.
    public var eventCount: Int { tables.reduce(0) { $0 + $1.eventCount } }

    /// Bytes of memory, estimated.
    public var byteCount: Int {
        tables.reduce(interners.reduce(labels.count * 200) { $0 + $1.byteCount }) { $0 + $1.byteCount }
    }

    /// The end of the history if transactions from `time` on can be added to it without counting any twice; nil if the
    /// history is empty or reaches `time`.
    ///
    /// A transaction ahead of `time` by more than the longest window reaches is ignored: it has a wrong date.
    /// - Returns: microseconds since 1970-01-01T00:00:00.
    public func end(before time: Int64) -> Int64? {
        guard let reached = watermark.time, reached < time, let newest = newestTime else { return nil }
        guard newest >= time else { return newest }
        let reach = tables.map { -$0.layout.horizon(watermark: 0, lateness: 0) }.max() ?? 0
        let (ahead, overflow) = newest.subtractingReportingOverflow(time)
        return overflow || ahead > reach ? reached : nil
    }

    /// Removes what no window can reach any more: rows, keys that have none left, and texts that none uses.
    public mutating func removeUnreachable() { removeUnreachable(allTexts: false) }

    /// - Parameter allTexts: Whether all unused texts go, also if they are few.
    mutating func removeUnreachable(allTexts: Bool) {
        recordedSinceSweep = 0
        if watermark.time != nil {
            for index in tables.indices { tables[index].evict(through: horizon(of: tables[index].layout)) }
            if !labels.isEmpty {
                let reached = tables.filter(\.layout.hasLabels).map { horizon(of: $0.layout) }.min() ?? Int64.max
                labels = labels.filter { $0.key.time > reached }
            }
        }
        removeUnusedTexts(all: allTexts)
        keptAfterSweep = tables.reduce(0) { max($0, $1.eventCount) }
    }

    mutating func removeUnusedTexts(all: Bool) {
        guard interners.contains(where: { $0.count > 0 }) else { return }
        var isUsed = interners.map { [Bool](repeating: false, count: $0.count) }
        for table in tables { table.markTexts(&isUsed) }
        // Renumbering costs as much as a sweep: only where much is saved.
        guard all || isUsed.contains(where: { used in used.count > 16 && used.count { $0 } * 2 < used.count })
        else { return }
        let numbers = interners.indices.map { interners[$0].keep(isUsed[$0]) }
        for index in tables.indices { tables[index].renumberTexts(numbers) }
    }

    /// The latest time that no window of a table reaches.
    func horizon(of layout: HistoryLayout) -> Int64 {
        layout.horizon(watermark: watermark.time ?? .min, lateness: lateness.microseconds)
    }

    /// How many more rows can be recorded before ``didRecord(_:)`` removes what is out of reach.
    var rowsBeforeSweep: Int { max(1 << 16, keptAfterSweep) + 1 - recordedSinceSweep }

    /// Counts recorded transactions, and removes what no window can reach when enough have accumulated.
    mutating func didRecord(_ count: Int) {
        recordedSinceSweep += count
        if recordedSinceSweep > max(1 << 16, keptAfterSweep) { removeUnreachable() }
    }

    /// Notes the time of a transaction that is recorded.
    mutating func observe(_ time: Int64) {
        watermark.observe(time)
        if newestTime.map({ time > $0 }) ?? true { newestTime = time }
    }
}
