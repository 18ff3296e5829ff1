import Features

/// Which transactions have been recorded, as far back as their labels can be used: a hash of each, by days.
struct RecordedTransactions: Sendable {
    private static let day: Int64 = 86_400_000_000

    private var hashes: [Int64: Set<UInt64>] = [:]
    /// Days up to this one have been removed.
    private var removed = Int64.min

    func contains(_ key: RecordLabelLedger.Key) -> Bool {
        hashes[Self.day(of: key.dateTime)]?.contains(Self.hash(key)) ?? false
    }

    /// - Parameter horizon: The latest time whose labels no window reaches.
    mutating func insert(_ key: RecordLabelLedger.Key, horizon: Int64?) {
        hashes[Self.day(of: key.dateTime), default: []].insert(Self.hash(key))
        guard let horizon, case let last = Self.day(of: horizon) - 1, last > removed else { return }
        removed = last
        hashes = hashes.filter { $0.key > last }
    }

    private static func day(of time: Int64) -> Int64 { time >= 0 ? time / day : (time + 1) / day - 1 }

    private static func hash(_ key: RecordLabelLedger.Key) -> UInt64 {
        var hasher = Hasher()
        key.hash(into: &hasher)
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }
}
