import Essentials

/// What a bootstrap draws: rows, or keys with all their rows, in two strata.
struct BootstrapUnits: Sendable {
    /// The unit of each row. Units are numbered stratum by stratum.
    let ofRow: [UInt32]
    /// The number of units in each stratum: genuine rows and frauds, or keys without and with a fraud.
    let strata: [Int]

    var count: Int { strata.reduce(0, +) }

    /// The rows themselves, numbered by class and rank, so that units of one class lie in the order of the ranking.
    init(_ ranking: RankedRows, labels: [UInt8]) {
        let positives = labels.reduce(0) { $0 + Int($1) }
        let negatives = labels.count - positives
        var units = [UInt32](repeating: 0, count: labels.count)
        var next: [UInt32] = [0, UInt32(truncatingIfNeeded: negatives)]
        for row in ranking.rows {
            let label = Int(labels[Int(row)])
            units[Int(row)] = next[label]
            next[label] += 1
        }
        ofRow = units
        strata = [negatives, positives]
    }

    /// Keys, numbered by stratum and first row.
    init(keys: [Int64], labels: [UInt8]) {
        var hasFraud: [Int64: Bool] = [:]
        for row in keys.indices {
            hasFraud[keys[row], default: false] = hasFraud[keys[row]] ?? false || labels[row] == 1
        }
        let withFraud = hasFraud.values.count { $0 }
        strata = [hasFraud.count - withFraud, withFraud]
        var next: [UInt32] = [0, UInt32(truncatingIfNeeded: strata[0])]
        var units: [Int64: UInt32] = [:]
        ofRow = keys.map { key in
            if let unit = units[key] { return unit }
            let stratum = hasFraud[key] == true ? 1 : 0
            let unit = next[stratum]
            next[stratum] += 1
            units[key] = unit
            return unit
        }
    }

    /// Draws a sample: how often each unit is in it.
    ///
    /// A count cannot overflow where a stratum has at most 255 units; for larger ones the probability is below 1e-500.
    @inline(__always)
    func draw(_ generator: inout SplitMix64, into counts: UnsafeMutableBufferPointer<UInt8>) {
        counts.update(repeating: 0)
        guard var stratum = counts.baseAddress else { return }
        for size in strata {
            for _ in 0..<size { stratum[generator.index(below: size)] &+= 1 }
            stratum += size
        }
    }
}
