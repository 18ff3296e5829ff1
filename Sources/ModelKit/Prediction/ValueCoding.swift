import Parallelism

/// How values become the 32-bit numbers that ``PredictionTables`` compare.
///
/// Each test reads a column. The first columns are the features; a feature that is tested in several ways has further
/// columns, one for each way:
/// - Numbers against thresholds. Only the order of a value among a feature's thresholds matters. So where thresholds are
///   64-bit, as in other programs' models, each value gets the code of the first threshold that is not below it, a
///   32-bit number, and tables hold the thresholds' codes. The codes are the thresholds rounded down if these stay
///   distinct, so that 32-bit values are their own codes; else the thresholds' ranks.
/// - The same where zero is missing: it becomes NaN.
/// - Categories: 64-bit values are cut to whole numbers before 32 bits could round them up.
struct ValueCoding: Sendable {
    enum Kind: Sendable, Hashable {
        case number
        case numberWithoutZero
        case category

        init(_ node: DecisionTree.Node) {
            self = node.isCategorical ? .category : node.zeroIsMissing ? .numberWithoutZero : .number
        }
    }

    struct Column: Sendable {
        let feature: Int
        let kind: Kind
        /// Nil where there is none.
        fileprivate(set) var thresholds: Thresholds?

        fileprivate var changesFloats: Bool { kind == .numberWithoutZero || thresholds?.isRanked == true }

        /// A code for which the tables decide as the tests do for the value.
        fileprivate func code(_ value: Double) -> Float {
            switch kind {
            case .category:
                return value > -1 && value < Double(CategorySet.codeLimit)
                    ? Float(value.rounded(.towardZero)) : value.isNaN ? .nan : -1
            case .numberWithoutZero where DecisionTree.zeroRange.contains(value):
                return .nan
            case .number, .numberWithoutZero:
                let rounded = Float(value)
                guard let thresholds, !value.isNaN else { return rounded }
                return !thresholds.isRanked && Double(rounded) == value ? rounded : thresholds.code(value)
            }
        }
    }

    struct Thresholds: Sendable {
        /// Ascending and distinct.
        private let thresholds: [Double]
        /// Ascending and distinct.
        private let codes: [Float]
        let isRanked: Bool

        init(_ distinct: Set<Double>) {
            let thresholds = distinct.sorted()
            let rounded = thresholds.map(DecisionTree.roundedDown)
            let isRanked = zip(rounded, rounded.dropFirst()).contains { $0 >= $1 }
            self.thresholds = thresholds
            codes = isRanked ? thresholds.indices.map { Float($0) } : rounded
            self.isRanked = isRanked
        }

        var count: Int { thresholds.count }

        func code(_ value: Double) -> Float {
            var low = 0, high = thresholds.count
            while low < high {
                let middle = (low + high) / 2
                if thresholds[middle] < value { low = middle + 1 } else { high = middle }
            }
            return low < codes.count ? codes[low] : .infinity
        }
    }

    private struct Further: Hashable {
        let feature: Int
        let kind: Kind
    }

    /// Whole numbers up to this are distinct in 32 bits.
    private static let mostRanks = 1 << 24

    /// The features' columns, in their order, and then those of their further kinds.
    let columns: [Column]
    /// The column of a feature's kind, where it is not the feature's first one.
    private let furtherColumns: [Further: Int]
    /// The first feature with thresholds that no 32-bit number separates.
    let rankedFeature: Int?
    /// Whether 32-bit values, too, have codes other than themselves.
    let changesFloats: Bool

    /// Nil where all thresholds are 32-bit numbers and nothing else needs a code: then the model was trained on 32-bit
    /// features, and compares in 32 bits.
    /// - Throws: ``ModelError/malformedModel(_:)`` for more thresholds of one feature than there are codes.
    init?(_ trees: [DecisionTree], featureNames: [String]) throws(ModelError) {
        guard
            trees.contains(where: {
                $0.nodes.contains {
                    $0.isCategorical || $0.zeroIsMissing || Double($0.threshold) != $0.exactThreshold
                }
            })
        else { return nil }
        var first = [Kind?](repeating: nil, count: featureNames.count)
        var further: [Further: Int] = [:]
        var extra: [Column] = []
        for tree in trees {
            for node in tree.nodes {
                let feature = Int(node.feature), kind = Kind(node)
                if first[feature] == nil { first[feature] = kind }
                let key = Further(feature: feature, kind: kind)
                if first[feature] != kind, further[key] == nil {
                    further[key] = featureNames.count + extra.count
                    extra.append(Column(feature: feature, kind: kind, thresholds: nil))
                }
            }
        }
        var columns = first.enumerated().map { Column(feature: $0, kind: $1 ?? .number, thresholds: nil) } + extra
        var distinct = [Set<Double>](repeating: [], count: columns.count)
        for tree in trees {
            for node in tree.nodes where !node.isCategorical {
                let key = Further(feature: Int(node.feature), kind: Kind(node))
                distinct[further[key] ?? key.feature].insert(node.exactThreshold)
            }
        }
        for index in columns.indices where !distinct[index].isEmpty {
            let thresholds = Thresholds(distinct[index])
            columns[index].thresholds = thresholds
            if thresholds.isRanked, thresholds.count > Self.mostRanks {
                let name = featureNames[columns[index].feature]
                throw .malformedModel("feature '\(name)' has \(thresholds.count) thresholds that 32 bits merge")
            }
        }
        self.columns = columns
        furtherColumns = further
        rankedFeature = columns.first { $0.thresholds?.isRanked == true }?.feature
        changesFloats = !extra.isEmpty || columns.contains { $0.changesFloats }
    }

    /// A code for which the tables decide as the tests of a column do for the value.
    func code(_ value: Double, column: Int) -> Float { columns[column].code(value) }

    /// The trees with columns for features and codes for thresholds.
    func coded(_ trees: [DecisionTree]) -> [DecisionTree] {
        guard changesFloats else { return trees }
        return trees.map { tree in
            var tree = tree
            for index in tree.nodes.indices {
                let node = tree.nodes[index]
                let feature = Int(node.feature)
                let column = furtherColumns[Further(feature: feature, kind: Kind(node))] ?? feature
                tree.nodes[index].feature = Int32(column)
                // Not by the column: a threshold near zero is not missing.
                guard let thresholds = columns[column].thresholds, thresholds.isRanked, !node.isCategorical else {
                    continue
                }
                tree.nodes[index].threshold = thresholds.code(node.exactThreshold)
            }
            return tree
        }
    }

    /// The columns of the rows.
    func coded(_ matrix: FeatureMatrix, threads: Int) -> FeatureMatrix {
        var result: [[Float]] = []
        result.reserveCapacity(columns.count)
        for column in columns {
            if let doubles = matrix.doubles[column.feature], column.kind == .category || column.thresholds != nil {
                result.append(codes(count: doubles.count, threads) { column.code(doubles[$0]) })
            } else if column.changesFloats {
                let floats = matrix.columns[column.feature]
                result.append(codes(count: floats.count, threads) { column.code(Double(floats[$0])) })
            } else {
                result.append(matrix.columns[column.feature])
            }
        }
        return matrix.replacing(columns: result)
    }

    private func codes(count: Int, _ threads: Int, _ code: @Sendable (Int) -> Float) -> [Float] {
        let taskRows = 1 << 14
        return [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            // Each task writes separate rows.
            nonisolated(unsafe) let buffer = buffer
            parallelFor(count: (count + taskRows - 1) / taskRows, threads: threads) { task in
                for row in task * taskRows..<min(count, (task + 1) * taskRows) {
                    buffer.initializeElement(at: row, to: code(row))
                }
            }
            initialized = count
        }
    }
}
