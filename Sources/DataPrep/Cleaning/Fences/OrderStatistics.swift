/// Exact order statistics of the waiting amounts, or of their distances from a centre, in bounded memory.
///
/// Doubles are compared as integers that sort alike. Each pass counts the next 16 bits of those that share the bits found
/// so far with a wanted rank, so four passes find any value exactly.
package struct OrderStatistics: Sendable {
    let amounts: any AmountSource
    /// How many amounts there are.
    let count: Int
    /// The centre if distances from it are ranked; nil if the amounts are.
    private(set) var center: Double?
    /// Values by rank that are known already.
    private var known: [Int: Double] = [:]

    package init(_ amounts: any AmountSource, count: Int) {
        self.amounts = amounts
        self.count = count
    }

    /// The same amounts ranked by their absolute distance from a centre.
    package func distances(from center: Double) -> OrderStatistics {
        var distances = OrderStatistics(amounts, count: count)
        distances.center = center
        return distances
    }

    /// Finds the order statistics of these quantiles, so that they need no further pass.
    package mutating func prepare(_ shares: [Double]) throws {
        guard count > 0 else { return }
        let ranks = ranks(around: shares.map { position(of: $0) })
        for (rank, value) in zip(ranks, try values(at: ranks)) { known[rank] = value }
    }

    /// The quantiles (shares from 0 to 1) with linear interpolation, computed as `numpy.quantile` does.
    /// - Parameter transform: applied to the order statistics before interpolation; it must be non-decreasing.
    package func quantiles(_ shares: [Double], transform: (Double) -> Double = { $0 }) throws -> [Double] {
        guard count > 0 else { return [] }
        let positions = shares.map { position(of: $0) }
        let ranks = ranks(around: positions)
        let found = ranks.compactMap { known[$0] }
        let values = try (found.count == ranks.count ? found : values(at: ranks)).map(transform)
        return positions.indices.map { index in
            let low = values[2 * index], high = values[2 * index + 1]
            let part = positions[index] - positions[index].rounded(.down)
            let step = high - low
            return part >= 0.5 ? high - step * (1 - part) : low + step * part
        }
    }

    private func position(of share: Double) -> Double { Double(count - 1) * share }

    private func ranks(around positions: [Double]) -> [Int] {
        positions.flatMap { [Int($0), min(Int($0) + 1, count - 1)] }
    }

    /// The values that have these ranks, from 0, in ascending order of all.
    package func values(at ranks: [Int]) throws -> [Double] {
        /// The bits of a wanted value that are known, and its rank among the values that share them.
        var wanted = ranks.map { (prefix: UInt64(0), rank: $0) }
        for pass in 0..<4 {
            let shift = UInt64(48 - 16 * pass)
            let prefixes = Array(Set(wanted.map(\.prefix))).sorted()
            let counts = try histogram(of: prefixes, shift: shift)
            for index in wanted.indices {
                guard let group = prefixes.firstIndex(of: wanted[index].prefix) else { continue }
                var rank = wanted[index].rank
                var digit = 0
                while digit < 0xFFFF, rank >= counts[group << 16 + digit] {
                    rank -= counts[group << 16 + digit]
                    digit += 1
                }
                wanted[index] = (wanted[index].prefix << 16 | UInt64(digit), rank)
            }
        }
        return wanted.map { OrderStatistics.value(ofKey: $0.prefix) }
    }

    /// For each prefix, how often each 16-bit digit at `shift` follows it.
    private func histogram(of prefixes: [UInt64], shift: UInt64) throws -> [Int] {
        let size = prefixes.count << 16
        let center = center
        let parts = try amounts.fold([Int](repeating: 0, count: size)) { counts, amounts in
            counts.withUnsafeMutableBufferPointer { counts in
                for amount in amounts {
                    let key = OrderStatistics.key(of: center.map { abs(amount - $0) } ?? amount)
                    let digit = Int(truncatingIfNeeded: key >> shift & 0xFFFF)
                    if shift == 48 {
                        counts[digit] += 1
                    } else {
                        let prefix = key >> (shift + 16)
                        for (group, wanted) in prefixes.enumerated() where wanted == prefix {
                            counts[group << 16 + digit] += 1
                        }
                    }
                }
            }
        }
        return parts.dropFirst().reduce(into: parts[0]) { sum, part in
            for index in 0..<size { sum[index] += part[index] }
        }
    }

    /// An integer that sorts in the same order as the value.
    private static func key(of value: Double) -> UInt64 {
        let bits = value.bitPattern
        return bits >> 63 == 1 ? ~bits : bits | 1 << 63
    }

    private static func value(ofKey key: UInt64) -> Double {
        Double(bitPattern: key >> 63 == 1 ? key & ~(1 << 63) : ~key)
    }
}
