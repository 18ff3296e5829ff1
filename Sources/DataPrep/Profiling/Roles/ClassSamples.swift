import Columnar

/// One column's values in a sample of frauds and genuine rows.
struct ClassSamples: Sendable {
    /// Rows of each class without which nothing is concluded.
    static let minimumRows = 20

    /// Whether the order of the values means anything.
    private let isOrdered: Bool
    private var genuine: [Int64?] = []
    private var frauds: [Int64?] = []

    init(isOrdered: Bool) { self.isOrdered = isOrdered }

    /// What a value is compared by: its position for numbers and times, its hash for texts; nil for a missing value.
    static func key(_ column: Column, row: Int) -> Int64? {
        if column.isNull(row) { return nil }
        switch column.storage {
        case .boolean(let values): return values[row] ? 1 : 0
        case .int32(let values): return Int64(values[row])
        case .int64(let values): return values[row]
        case .float32(let values): return values[row].isNaN ? nil : ValueCoding.key(Double(values[row]))
        case .float64(let values): return values[row].isNaN ? nil : ValueCoding.key(values[row])
        case .bytes(let values):
            return values[row].withUnsafeBytes { text in
                MissingMarkers.isMarker(text) ? nil : Int64(bitPattern: ByteHash.hash(text))
            }
        }
    }

    /// Stores a value; slots are filled in order.
    mutating func set(_ pick: ClassSampler.Pick, to key: Int64?) {
        if pick.isFraud { Self.set(&frauds, pick.slot, key) } else { Self.set(&genuine, pick.slot, key) }
    }

    private static func set(_ values: inout [Int64?], _ slot: Int, _ key: Int64?) {
        if slot < values.count { values[slot] = key } else { values.append(key) }
    }

    /// The ROC AUC of the best simple rule on this column, 0.5 to 1: by its order, or by the share of frauds among equal values,
    /// which is learned on one half of the sample and measured on the other, so that ids teach nothing. nil if there are too few
    /// rows of a class.
    var separation: Double? {
        guard frauds.count >= Self.minimumRows, genuine.count >= Self.minimumRows else { return nil }
        let byValue = separationByValue
        guard isOrdered else { return byValue }
        // A missing value is below all others.
        let area = Self.area(frauds: frauds.map { $0 ?? .min }, genuine: genuine.map { $0 ?? .min })
        return max(byValue, area, 1 - area)
    }

    private var separationByValue: Double {
        var counts: [Int64?: (frauds: Int, rows: Int)] = [:]
        for (index, key) in frauds.enumerated() where index % 2 == 0 {
            counts[key, default: (0, 0)].frauds += 1
            counts[key, default: (0, 0)].rows += 1
        }
        for (index, key) in genuine.enumerated() where index % 2 == 0 { counts[key, default: (0, 0)].rows += 1 }
        let prior = Double(frauds.count) / Double(frauds.count + genuine.count)
        func scores(_ keys: [Int64?]) -> [Double] {
            stride(from: 1, to: keys.count, by: 2).map { index in
                guard let known = counts[keys[index]] else { return prior }
                return (Double(known.frauds) + prior) / (Double(known.rows) + 1)
            }
        }
        return Self.area(frauds: scores(frauds), genuine: scores(genuine))
    }

    /// The chance that a fraud has a higher score than a genuine row; of equal scores, half.
    private static func area<Score: Comparable>(frauds: [Score], genuine: [Score]) -> Double {
        let sorted = (frauds.map { ($0, true) } + genuine.map { ($0, false) }).sorted { $0.0 < $1.0 }
        var below = 0, won = 0.0
        var index = 0
        while index < sorted.count {
            var end = index
            var ties = (frauds: 0, genuine: 0)
            while end < sorted.count, sorted[end].0 == sorted[index].0 {
                if sorted[end].1 { ties.frauds += 1 } else { ties.genuine += 1 }
                end += 1
            }
            won += Double(ties.frauds) * (Double(below) + Double(ties.genuine) / 2)
            below += ties.genuine
            index = end
        }
        return won / (Double(frauds.count) * Double(genuine.count))
    }
}
