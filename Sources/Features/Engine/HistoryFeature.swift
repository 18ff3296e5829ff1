/// A feature that is computed from a ``KeyHistory``.
struct HistoryFeature: Sendable {
    enum Operation: Sendable {
        case count, sum, mean, standardDeviation, minimum, maximum, distinct, fraudCount, fraudShare
        case timeSincePrevious, isFirst, distanceFromPrevious, speedFromPrevious
        /// The position of the function among the engine's.
        case custom(Int)
    }

    let operation: Operation
    /// The position of the window's old end among the table's bounds.
    let lower: Int
    /// The position of the window's new end among the table's bounds.
    let upper: Int
    /// The position of the number, value or point among those of the table.
    let measure: Int
    let includesCurrent: Bool
    /// The lane of the result.
    let output: Int
    /// The cursor of an extreme in a window that ends with the newest row; -1 for others.
    var cursor = -1

    /// Whether it is computed before another one: those of equal kind follow one another, windows that end together from the
    /// shortest to the longest.
    func precedes(_ other: HistoryFeature) -> Bool {
        (operation.order, measure, upper, lower, output)
            < (other.operation.order, other.measure, other.upper, other.lower, other.output)
    }
}

extension HistoryFeature.Operation {
    fileprivate var order: Int {
        switch self {
        case .count: 0
        case .sum: 1
        case .mean: 2
        case .standardDeviation: 3
        case .minimum: 4
        case .maximum: 5
        case .distinct: 6
        case .fraudCount: 7
        case .fraudShare: 8
        case .timeSincePrevious: 9
        case .isFirst: 10
        case .distanceFromPrevious: 11
        case .speedFromPrevious: 12
        case .custom: 13
        }
    }
}

/// The history of all values of some keys, and the features that are computed from it.
///
/// `@unchecked Sendable`: nothing changes after the initializer.
final class HistoryTablePlan: @unchecked Sendable {
    let layout: HistoryLayout
    /// How far before a transaction ends of windows are, in microseconds, ascending.
    let bounds: UnsafeMutableBufferPointer<Int64>
    let features: UnsafeMutableBufferPointer<HistoryFeature>
    /// The lane in which a batch keeps the position of each row's key.
    let slotLane: Int

    init(layout: HistoryLayout, bounds: [Int64], features: [HistoryFeature], slotLane: Int) {
        self.layout = layout
        self.bounds = .allocate(capacity: bounds.count)
        _ = self.bounds.initialize(from: bounds)
        self.features = .allocate(capacity: features.count)
        _ = self.features.initialize(from: features)
        self.slotLane = slotLane
    }

    deinit {
        bounds.deallocate()
        features.deallocate()
    }
}
