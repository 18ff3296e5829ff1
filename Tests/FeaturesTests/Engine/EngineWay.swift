import Columnar
import Features

/// A way to compute the features of a sequence of transactions.
enum EngineWay: CaseIterable {
    /// In the portions of the case.
    case portions, portionsOnThreeThreads
    case single
    /// The history is stored and restored after each portion.
    case restored
    /// The history is divided and merged again after each portion.
    case divided
    /// The history is that of another engine of the same plan, whose features are in another order.
    case shared

    /// For each row in the order in which it is processed, the bits of each feature.
    func features(_ engineCase: EngineCase) throws -> [[UInt32]] {
        let engine = try FeatureEngine(engineCase.plan, schema: engineCase.schema)
        var history = engine.makeHistory(lateness: engineCase.lateness)
        if self == .shared {
            var plan = engineCase.plan
            plan.features.reverse()
            history = try FeatureEngine(plan, schema: engineCase.schema).makeHistory(lateness: engineCase.lateness)
        }
        var features: [[UInt32]] = []
        for portion in engineCase.portions {
            let ordered = engineCase.ordered(portion)
            if self == .single {
                var row = [Float](repeating: 0, count: engine.count)
                for index in ordered {
                    try row.withUnsafeMutableBufferPointer {
                        try engine.compute(engineCase.records[index], history: history, into: $0)
                    }
                    try engine.record(engineCase.records[index], in: &history)
                    features.append(row.map(EngineWay.bits))
                }
                continue
            }
            let rows = Array(portion)
            let columns = try engine.columns(
                engineCase.batch(rows), history: &history, threads: self == .portionsOnThreeThreads ? 3 : 1)
            for index in ordered {
                features.append(columns.map { EngineWay.bits($0[index - portion.lowerBound]) })
            }
            if self == .restored {
                let bytes = history.encoded()
                history = try FeatureHistory(decoding: bytes, for: engine)
                guard history.encoded() == bytes else { return [] }
            }
            if self == .divided {
                let parts = history.split(into: 3)
                history = engine.makeHistory(lateness: engineCase.lateness)
                for part in parts.reversed() { try history.merge(part) }
            }
        }
        return features
    }

    private static func bits(_ value: Float) -> UInt32 { value.isNaN ? 0x7FC0_0000 : value.bitPattern }
}
