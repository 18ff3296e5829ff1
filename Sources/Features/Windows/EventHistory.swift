/// One customer's or terminal's past events in ascending time, each with an integer value, summed from the left: any window's
/// count and sum are the difference of two positions.
///
/// Sums are exact modulo 2^64, so they do not depend on the order or the batches in which events came. The non-integer
/// parts of values are summed separately, exactly as well, and use memory only if there are any.
struct EventHistory: Sendable, Hashable {
    struct Event: Sendable, Hashable {
        var time: Int64
        /// The sum of the values of all earlier events.
        var sumBefore: Int64
    }

    /// Those before `first` have been evicted and await removal.
    private var events: [Event] = []
    /// The sums of the rests of all events before each position, and at last of all; empty while all rests are 0.
    private var rests: [ExactSum] = []
    private var first = 0
    private var sum: Int64 = 0

    var count: Int { events.count - first }

    /// Reserves room for this many events, and no more, so that a history that is read uses no more memory than it
    /// needs.
    mutating func reserveCapacity(_ count: Int) { events.reserveCapacity(count) }

    var oldestTime: Int64? { first < events.count ? events[first].time : nil }

    var newestTime: Int64? { first < events.count ? events[events.count - 1].time : nil }

    /// The time of the newest event that is not later than `time`.
    func newestTime(notAfter time: Int64) -> Int64? {
        let position = position(after: time)
        return position > first ? events[position - 1].time : nil
    }

    /// The position of the first event later than `time`.
    func position(after time: Int64) -> Int { position(after: time, upTo: events.count) }

    /// The position of the first event later than `time`, known not to be after `limit`.
    ///
    /// Windows end near the newest event or begin near the oldest one, and memory access dominates the cost: so the
    /// search moves in from both ends in doubling steps before it bisects the rest.
    func position(after time: Int64, upTo limit: Int) -> Int {
        events.withUnsafeBufferPointer { events in
            var lower = first, upper = limit
            var step = 1
            while step < upper - lower {
                if events[upper - step].time <= time {
                    lower = upper - step + 1
                    break
                }
                upper -= step
                if events[lower + step - 1].time > time {
                    upper = min(upper, lower + step - 1)
                    break
                }
                lower += step
                step *= 2
            }
            while lower < upper {
                let middle = (lower + upper) >> 1
                if events[middle].time <= time { lower = middle + 1 } else { upper = middle }
            }
            return lower
        }
    }

    /// How many events are later than `time`.
    func count(after time: Int64) -> Int { events.count - position(after: time) }

    /// The sum of the values of the events between two positions.
    func sum(from lower: Int, to upper: Int) -> Int64 { sumBefore(upper) &- sumBefore(lower) }

    /// Whether any value has a rest, or had one recently.
    var hasRests: Bool { !rests.isEmpty }

    /// Whether the value of any event later than `time` has a rest.
    func hasRest(after time: Int64) -> Bool {
        (position(after: time)..<events.count).contains { !rest(from: $0, to: $0 + 1).isZero }
    }

    /// The sum of the rests of the events between two positions.
    func rest(from lower: Int, to upper: Int) -> ExactSum {
        rests.isEmpty ? ExactSum() : rests[upper] &- rests[lower]
    }

    private func sumBefore(_ position: Int) -> Int64 {
        position < events.count ? events[position].sumBefore : sum
    }

    /// Adds an amount after those of the same time.
    mutating func insert(time: Int64, amount: ExactAmount) {
        let position = insert(time: time, value: amount.units)
        if amount.rest != 0 || hasRests { insertRest(ExactSum(amount.rest), at: position) }
    }

    /// Adds an event after those of the same time.
    /// - Returns: its position.
    @discardableResult
    mutating func insert(time: Int64, value: Int64) -> Int {
        let position = position(after: time)
        if position == events.count {
            events.append(Event(time: time, sumBefore: sum))
        } else {
            events.insert(Event(time: time, sumBefore: events[position].sumBefore), at: position)
            addToSums(after: position, value)
        }
        sum &+= value
        return position
    }

    private mutating func insertRest(_ rest: ExactSum, at position: Int) {
        if rests.isEmpty {
            rests = [ExactSum](repeating: ExactSum(), count: events.count + 1)
        } else {
            rests.insert(rests[position], at: position)
        }
        for later in (position + 1)..<rests.count { rests[later] = rests[later] &+ rest }
    }

    /// Changes the value of one event of exactly that time from `other` to `value`.
    /// - Returns: whether there was one with either value.
    mutating func setValue(_ value: Int64, replacing other: Int64, at time: Int64) -> Bool {
        var isThere = false
        var position = position(after: time)
        while position > first, events[position - 1].time == time {
            position -= 1
            let current = sum(from: position, to: position + 1)
            if current == other {
                addToSums(after: position, value &- other)
                sum &+= value &- other
                return true
            }
            isThere = isThere || current == value
        }
        return isThere
    }

    private mutating func addToSums(after position: Int, _ difference: Int64) {
        for later in events.indices[(position + 1)...] { events[later].sumBefore &+= difference }
    }

    /// Removes the events up to and including that time.
    /// - Returns: how many there were.
    @discardableResult
    mutating func evict(through time: Int64) -> Int {
        let earlier = first
        while first < events.count, events[first].time <= time { first += 1 }
        let evicted = first - earlier
        // Moving the rest when at least half of the array is free costs amortised constant time per event.
        if evicted > 0, first * 2 >= events.count {
            events.removeFirst(first)
            if events.isEmpty { rests = [] } else if hasRests { rests.removeFirst(first) }
            first = 0
        }
        return evicted
    }

    /// Calls `body` with each event's time, value and rest, in ascending time.
    func forEach(_ body: (_ time: Int64, _ value: Int64, _ rest: Double) -> Void) {
        for position in first..<events.count {
            let rest = hasRests ? rest(from: position, to: position + 1).double : 0
            body(events[position].time, sum(from: position, to: position + 1), rest)
        }
    }

    static func == (left: EventHistory, right: EventHistory) -> Bool {
        guard left.count == right.count else { return false }
        return (0..<left.count).allSatisfy { offset in
            let (mine, other) = (left.first + offset, right.first + offset)
            return left.events[mine].time == right.events[other].time
                && left.sum(from: mine, to: mine + 1) == right.sum(from: other, to: other + 1)
                && left.rest(from: mine, to: mine + 1) == right.rest(from: other, to: other + 1)
        }
    }

    func hash(into hasher: inout Hasher) { hasher.combine(count) }
}
