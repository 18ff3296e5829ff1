/// The statements that are prepared at the server, by their text. The least recently used one is evicted first.
struct StatementCache {
    private struct Entry {
        let name: String
        var lastUse: Int
    }

    private let capacity: Int
    private var entries: [String: Entry] = [:]
    private var uses = 0
    private var names = 0
    /// Prepared at the server, but no longer wanted.
    private(set) var unwanted: [String] = []

    init(capacity: Int) { self.capacity = capacity }

    /// The name of a prepared statement, nil when it is not prepared yet.
    mutating func name(for sql: String) -> String? {
        uses += 1
        entries[sql]?.lastUse = uses
        return entries[sql]?.name
    }

    /// A name for a statement that is about to be prepared.
    mutating func add(_ sql: String) -> String {
        uses += 1
        names += 1
        let entry = Entry(name: "antifraud_\(names)", lastUse: uses)
        entries[sql] = entry
        if entries.count > capacity, let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) {
            entries[oldest.key] = nil
            unwanted.append(oldest.value.name)
        }
        return entry.name
    }

    /// Preparing it failed, or it no longer fits the tables.
    mutating func remove(_ sql: String, isPrepared: Bool) {
        guard let entry = entries.removeValue(forKey: sql), isPrepared else { return }
        unwanted.append(entry.name)
    }

    /// The server has dropped these.
    mutating func forgetUnwanted(_ names: [String]) {
        unwanted.removeAll { names.contains($0) }
    }
}
