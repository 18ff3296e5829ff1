/// Sorts ids with the numbers of their rows in bounded memory: parts are sorted in memory, wait in temporary storage, and are
/// merged.
///
/// `@unchecked Sendable` invariant: one thread at a time calls it. ``KeptIDs`` waits for one call before it makes the next.
final class SortedIDs<ID: KeptID>: @unchecked Sendable {
    struct Entry: Sendable {
        var id: ID
        var row: Int64

        static func precedes(_ left: Entry, _ right: Entry) -> Bool {
            left.id < right.id || left.id == right.id && left.row < right.row
        }
    }

    /// A part in storage, and the entries of it that are in memory.
    private struct Part {
        var position: Int
        var rest: Int
        var entries: ArraySlice<Entry> = []
    }

    private static var batchCount: Int { 1 << 16 }

    private let storage: any SpillStorage
    private let memoryBudget: Int
    private let capacity: Int
    private var entries: [Entry] = []
    private var parts: [Part] = []
    /// The parts that have a smallest entry, as a heap.
    private var heap: [(entry: Entry, part: Int)] = []
    private var last: ID?

    init(memoryBudget: Int, storage: any SpillStorage) {
        self.memoryBudget = memoryBudget
        self.storage = storage
        capacity = max(1024, memoryBudget / 2 / MemoryLayout<Entry>.stride)
    }

    func add(id: ID, row: Int64) throws {
        entries.append(Entry(id: id, row: row))
        if entries.count >= capacity { try spill() }
    }

    func endAdding() throws {
        if parts.isEmpty {
            entries.sort(by: Entry.precedes)
            parts = [Part(position: 0, rest: 0, entries: entries[...])]
        } else if !entries.isEmpty {
            try spill()
        }
        entries = []
        for part in parts.indices { try push(part) }
    }

    /// The next ids, ascending, each with its first row; nil at the end.
    /// - Parameter repeated: gets the rows of ids that an earlier row has.
    func next(repeated: PagedBitmap) throws -> [Entry]? {
        var batch: [Entry] = []
        while batch.count < Self.batchCount, let least = heap.first {
            try replaceLeast()
            if least.entry.id == last {
                _ = repeated.insert(least.entry.row)
            } else {
                batch.append(least.entry)
                last = least.entry.id
            }
        }
        return batch.isEmpty ? nil : batch
    }

    private func spill() throws {
        entries.sort(by: Entry.precedes)
        let count = entries.count
        let position = try entries.withUnsafeBytes { try storage.append($0.bindMemory(to: UInt64.self)) }
        parts.append(Part(position: position, rest: count))
        entries.removeAll(keepingCapacity: true)
    }

    /// The next entry of a part, read from storage when none is in memory.
    private func take(_ part: Int) throws -> Entry? {
        if parts[part].entries.isEmpty, parts[part].rest > 0 {
            let count = min(parts[part].rest, max(256, memoryBudget / 2 / MemoryLayout<Entry>.stride / parts.count))
            let position = parts[part].position
            parts[part].entries = try [Entry](unsafeUninitializedCapacity: count) { buffer, initialized in
                buffer.initialize(repeating: Entry(id: 0, row: 0))
                initialized = count
                try storage.read(
                    at: position,
                    into: UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
                        .bindMemory(to: UInt64.self))
            }[...]
            parts[part].position += MemoryLayout<Entry>.stride / 8 * count
            parts[part].rest -= count
        }
        return parts[part].entries.popFirst()
    }

    private func push(_ part: Int) throws {
        guard let entry = try take(part) else { return }
        heap.append((entry, part))
        var child = heap.count - 1
        while child > 0, Entry.precedes(heap[child].entry, heap[(child - 1) / 2].entry) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// Removes the smallest entry, and inserts its part's next one.
    private func replaceLeast() throws {
        let part = heap[0].part
        if let entry = try take(part) {
            heap[0] = (entry, part)
        } else {
            let end = heap.removeLast()
            if heap.isEmpty { return }
            heap[0] = end
        }
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && Entry.precedes(heap[child].entry, heap[least].entry) { least = child }
            guard least != parent else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
