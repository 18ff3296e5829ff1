import Essentials

/// The quantiles of a stream in bounded memory: levels of sorted samples, each value of a level standing for twice as many
/// as one of the level below (Agarwal and others, "Mergeable summaries", 2013; KLL without its smaller levels).
///
/// When a level is full, every other of its sorted values moves up, beginning with the first or the second by a seeded
/// coin: a rank is off by the level's weight in either direction with the same chance. All of that together has a
/// standard deviation of at most sqrt(2) / 2,048 = 0.07 % of the number of values, in whatever order they come.
package struct QuantileSketch: Sendable {
    private static let capacity = 2_048
    /// The error of a rank as a share of all values that four standard deviations cover.
    package static let rankError = 0.003

    private var levels: [[Int64]] = [[]]
    private var generator = SplitMix64(seed: 0x51E7)

    /// No values.
    package init() {}

    /// Adds values.
    package mutating func add(_ values: UnsafeBufferPointer<Int64>) {
        var rest = values[...]
        while !rest.isEmpty {
            let part = rest.prefix(Self.capacity - levels[0].count)
            levels[0].append(contentsOf: part)
            rest = rest.dropFirst(part.count)
            if levels[0].count >= Self.capacity { compact(0) }
        }
    }

    /// Adds a value that occurs several times.
    package mutating func add(_ value: Int64, count: Int) {
        var bits = count
        var level = 0
        while bits > 0 {
            if level == levels.count { levels.append([]) }
            if bits & 1 == 1 {
                levels[level].append(value)
                if levels[level].count >= Self.capacity { compact(level) }
            }
            bits >>= 1
            level += 1
        }
    }

    /// The values with the number of values that each stands for.
    package var ranked: RankedValues {
        RankedValues(
            levels.enumerated().flatMap { level, values in values.map { ($0, 1 << level) } })
    }

    private mutating func compact(_ level: Int) {
        var values: [Int64] = []
        swap(&values, &levels[level])
        values.sort()
        if level + 1 == levels.count { levels.append([]) }
        let pairs = values.count / 2
        let offset = Int(generator.next() >> 63)
        for pair in 0..<pairs { levels[level + 1].append(values[2 * pair + offset]) }
        // The last of an odd number stays, so that no weight is lost.
        let left = values.count & 1 == 1 ? values.last : nil
        values.removeAll(keepingCapacity: true)
        if let left { values.append(left) }
        swap(&values, &levels[level])
        if levels[level + 1].count >= Self.capacity { compact(level + 1) }
    }
}
