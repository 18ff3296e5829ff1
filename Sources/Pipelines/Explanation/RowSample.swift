import Essentials

/// Rows drawn at random by their numbers: the same ones in whatever order rows are offered.
struct RowSample<Row: Sendable>: Sendable {
    private let limit: Int
    /// A heap: the row with the largest key is first.
    private var entries: [(key: UInt64, number: Int64, row: Row)] = []

    init(limit: Int) { self.limit = max(0, limit) }

    /// In the order of their numbers.
    var rows: [Row] { entries.sorted { $0.number < $1.number }.map(\.row) }

    /// - Parameter row: called only for a row that is drawn, for now.
    mutating func offer(_ number: Int64, _ row: () -> Row) {
        let key = SplitMix64.mixed(UInt64(bitPattern: number) &+ SplitMix64.increment)
        if entries.count < limit {
            entries.append((key, number, row()))
            siftUp(entries.count - 1)
        } else if let first = entries.first, key < first.key {
            entries[0] = (key, number, row())
            siftDown()
        }
    }

    private mutating func siftUp(_ start: Int) {
        var index = start
        while index > 0, entries[index].key > entries[(index - 1) / 2].key {
            entries.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    private mutating func siftDown() {
        var index = 0
        while true {
            var largest = index
            for child in [2 * index + 1, 2 * index + 2]
            where child < entries.count && entries[child].key > entries[largest].key {
                largest = child
            }
            guard largest != index else { return }
            entries.swapAt(index, largest)
            index = largest
        }
    }
}
