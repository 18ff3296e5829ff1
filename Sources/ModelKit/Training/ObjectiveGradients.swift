import Parallelism

/// The gradients of a ``BoostingObjective`` as multiples of a unit that fits the largest.
final class ObjectiveGradients {
    private let objective: BoostingObjective
    private let rows: TrainingRows
    private let team: ThreadTeam
    private var values: [SIMD2<Double>]

    init(_ objective: BoostingObjective, _ rows: TrainingRows, _ team: ThreadTeam) {
        self.objective = objective
        self.rows = rows
        self.team = team
        values = [SIMD2<Double>](repeating: .zero, count: rows.rowCount)
    }

    /// Writes the pairs of all rows.
    /// - Returns: the size of their units.
    /// - Throws: ``ModelError/unusableData(_:)`` for a derivative that is not finite, or a negative hessian.
    func write(
        scores: UnsafePointer<Float>, to pairs: UnsafeMutablePointer<GradientPair>
    ) throws(ModelError) -> GradientScale {
        let shardRows = BinnedColumns.shardRows
        let shardCount = (rows.rowCount + shardRows - 1) / shardRows
        var shards = [(largest: SIMD2<Double>, firstFlaw: Int?)](repeating: (.zero, nil), count: shardCount)
        func range(_ shard: Int) -> Range<Int> {
            shard * shardRows..<min(rows.rowCount, (shard + 1) * shardRows)
        }
        values.withUnsafeMutableBufferPointer { values in
            shards.withUnsafeMutableBufferPointer { shards in
                team.forEach(count: shardCount) { shard, _ in
                    for row in range(shard) {
                        let pair = objective.derivatives(row, Double(scores[row]), rows.labels[row])
                        let weight = Double(rows.weights?[row] ?? 1)
                        let value = SIMD2(pair.gradient, pair.hessian) * weight
                        if !value.x.isFinite || !value.y.isFinite || value.y < 0 {
                            shards[shard].firstFlaw = shards[shard].firstFlaw ?? row
                        }
                        values[row] = value
                        shards[shard].largest.x = max(shards[shard].largest.x, abs(value.x))
                        shards[shard].largest.y = max(shards[shard].largest.y, value.y)
                    }
                }
            }
        }
        if let row = shards.lazy.compactMap(\.firstFlaw).first {
            throw .unusableData(
                "the objective's gradient of row \(row) is \(values[row].x) and its hessian \(values[row].y)")
        }
        let scale = GradientScale(
            largestGradient: shards.reduce(0) { max($0, $1.largest.x) },
            largestHessian: shards.reduce(0) { max($0, $1.largest.y) })
        values.withUnsafeBufferPointer { values in
            team.forEach(count: shardCount) { shard, _ in
                for row in range(shard) {
                    pairs[row] = GradientPair(
                        Int32((values[row].x / scale.gradient).rounded()),
                        Int32((values[row].y / scale.hessian).rounded()))
                }
            }
        }
        return scale
    }
}
