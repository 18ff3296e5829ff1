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
