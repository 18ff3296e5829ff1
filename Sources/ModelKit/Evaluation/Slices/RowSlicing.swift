public import Columnar
import Essentials

/// Rows divided by a property, such as a category, a band of amounts or a scenario.
public struct RowSlicing: Sendable, Hashable {
    /// What rows are divided by, such as a column's name.
    public let name: String
    /// The slices' names.
    public let sliceNames: [String]
    /// The slice of each row, a position in ``sliceNames``.
    public let sliceOfRow: [Int]

    /// The slice of rows without a value.
    public static let missingName = "missing"
    /// The slice of values that are too rare for one of their own.
    public static let othersName = "others"

    private init(_ name: String, names: [String], slices: [Int]) {
        self.name = name
        sliceNames = names
        sliceOfRow = slices
    }

    /// Divides rows by category, the most frequent first, of equally frequent ones by name.
    /// - Parameters:
    ///   - categories: one for each row; nil where there is none.
    ///   - maximumCount: how many categories get a slice of their own; the rest is ``othersName``.
    /// - Throws: ``ModelError/invalidSetting(_:)`` for a `maximumCount` below 1.
    public init(_ name: String, categories: [String?], maximumCount: Int = 20) throws(ModelError) {
        try SettingRange.require("maximumCount", maximumCount, atLeast: 1)
        var counts: [String: Int] = [:]
        for category in categories { if let category { counts[category, default: 0] += 1 } }
        let ordered = counts.sorted { $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key }.map(\.key)
        var names = Array(ordered.prefix(maximumCount))
        let positions = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        let others = names.count
        if ordered.count > others { names.append(Self.othersName) }
        let missing = names.count
        if categories.contains(nil) { names.append(Self.missingName) }
        self.init(
            name, names: names, slices: categories.map { $0.map { positions[$0] ?? others } ?? missing })
    }

    /// Divides rows into bands of about equally many rows, as pandas' `qcut`: each band holds the values above its lower and
    /// up to its upper end. Equal ends become one, so that there may be fewer bands. NaN is missing.
    /// - Throws: ``ModelError/invalidSetting(_:)`` for a `bandCount` below 1.
    public init(_ name: String, values: [Double], bandCount: Int = 5) throws(ModelError) {
        try SettingRange.require("bandCount", bandCount, atLeast: 1, atMost: 1 << 16)
        let ascending = values.filter { !$0.isNaN }.sorted()
        var ends: [Double] = []
        for band in 1..<(bandCount + 1) where !ascending.isEmpty {
            let end = Quantile.linear(ascending, Double(band) / Double(bandCount))
            // The first band has its lower end in it, too.
            let previous = ends.last ?? ascending[0]
            if end > previous { ends.append(end) }
        }
        if ends.isEmpty, let only = ascending.first { ends = [only] }
        var texts = ends.map(Self.shortText)
        if Set(texts).count < texts.count { texts = ends.map { "\($0)" } }
        var names = texts.indices.map { $0 == 0 ? "up to \(texts[0])" : "\(texts[$0 - 1]) to \(texts[$0])" }
        let missing = names.count
        if ascending.count < values.count { names.append(Self.missingName) }
        let inner = Array(ends.dropLast())
        self.init(
            name, names: names, slices: values.map { $0.isNaN ? missing : Quantile.count(of: inner, below: $0) })
    }

    /// A number to six digits: ends between two values have more than anyone reads.
    private static func shortText(_ value: Double) -> String {
        guard value != 0, value.isFinite else { return "\(value)" }
        let scale = pow(10, 5 - log10(abs(value)).rounded(.down))
        let rounded = (value * scale).rounded() / scale
        return rounded.isFinite ? "\(rounded)" : "\(value)"
    }

    /// Divides rows by a column: numbers with more than `maximumCount` distinct values into bands, all else by category.
    /// - Throws: ``ModelError/invalidSetting(_:)`` for a count below 1.
    public init(
        _ name: String, column: Column, maximumCount: Int = 20, bandCount: Int = 5
    ) throws(ModelError) {
        let numbers = column.sliceNumbers
        if let numbers, Set(numbers.lazy.filter { !$0.isNaN }).count > maximumCount {
            try self.init(name, values: numbers, bandCount: bandCount)
        } else {
            let categories = (0..<column.count).map { row in
                let isMissing = column.isNull(row) || numbers.map { $0[row].isNaN } ?? false
                return isMissing ? nil : column.text(ofRow: row, limit: 64)
            }
            try self.init(name, categories: categories, maximumCount: maximumCount)
        }
    }
}

extension Column {
    /// The values of a column of numbers, NaN where there is none; nil for other columns.
    fileprivate var sliceNumbers: [Double]? {
        func numbers<Value>(_ values: [Value], _ double: (Value) -> Double) -> [Double] {
            values.enumerated().map { isNull($0) ? .nan : double($1) }
        }
        guard type.isNumeric else { return nil }
        switch storage {
        case .int32(let values): return numbers(values) { Double($0) }
        case .int64(let values): return numbers(values) { Double($0) }
        case .float32(let values): return numbers(values) { Double($0) }
        case .float64(let values): return numbers(values) { $0 }
        default: return nil
        }
    }
}
