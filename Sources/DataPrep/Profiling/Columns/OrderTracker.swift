/// Whether values ascend or descend.
struct OrderTracker: Sendable {
    private var hasPrevious = false
    private var hasTwo = false
    private var ascends = true
    private var strictlyAscends = true
    private var descends = true

    /// Whether other values cannot change ``order``.
    var isSettled: Bool { !ascends && !descends }

    /// The order of what was added; nil for fewer than two values.
    var order: ValueOrder? {
        guard hasTwo else { return nil }
        return strictlyAscends ? .strictlyAscending : ascends ? .ascending : descends ? .descending : .unordered
    }

    /// Adds a value.
    /// - Parameter comparison: negative if it is below the previous one, 0 if it is equal; ignored for the first.
    @inline(__always)
    mutating func add(comparison: Int) {
        guard hasPrevious else {
            hasPrevious = true
            return
        }
        hasTwo = true
        if comparison <= 0 { strictlyAscends = false }
        if comparison < 0 { ascends = false }
        if comparison > 0 { descends = false }
    }
}
