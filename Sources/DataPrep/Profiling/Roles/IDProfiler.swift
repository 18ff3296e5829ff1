package import Columnar

/// Counts ids that occur more than once: of all ids up to a limit, then of those whose hash begins with more and more zeros.
package struct IDProfiler: Sendable {
    /// Different ids that are counted exactly.
    package static let limit = 750_000

    private let column: String
    private var table: CountTable
    private var rows = 0
    /// Zeros that a hash must begin with; half of the ids have each.
    private var zeros = 0

    package init(_ column: String, limit: Int = Self.limit) {
        self.column = column
        table = CountTable(limit: limit)
    }

    package mutating func add(_ column: Column) {
        let isText = ValueCoding(column.type) == nil
        for row in 0..<column.count {
            guard let key = ClassSamples.key(column, row: row) else { continue }
            rows += 1
            // A text's key is its hash.
            let hash = isText ? UInt64(bitPattern: key) : FixedWidthProfiler.hash(key)
            if hash.leadingZeroBitCount < zeros || table.count(hash) { continue }
            while table.isFull {
                zeros += 1
                let zeros = zeros
                table.filter { $0.hash.leadingZeroBitCount >= zeros }
            }
            if hash.leadingZeroBitCount >= zeros { table.insert(hash, payload: 0) }
        }
    }

    package var profile: IDProfile {
        let repeated = table.entries.reduce(0) { $0 + $1.count - 1 }
        return IDProfile(column: column, rows: rows, repeated: min(rows, repeated << zeros), isExact: zeros == 0)
    }
}
