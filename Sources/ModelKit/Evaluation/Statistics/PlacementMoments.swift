/// Means, variances and covariance of two models' areas, from their placements.
struct PlacementMoments {
    /// The two areas.
    let means: SIMD2<Double>
    let variances: SIMD2<Double>
    let covariance: Double
    /// Of first minus second, from the differences of placements, which keeps digits that the difference of two nearly
    /// equal variances loses.
    let differenceVariance: Double

    /// - Parameter keys: nil where all rows are independent.
    init(_ first: [Double], _ second: [Double], _ labels: [UInt8], _ keys: [Int64]?) {
        // Columns: first, second, first minus second, by class.
        var counts = SIMD2<Double>.zero
        var sums = [SIMD4<Double>](repeating: .zero, count: 2)
        Self.forEachBlock(labels.count) { block in
            var partial = [SIMD4<Double>](repeating: .zero, count: 2)
            for row in block {
                partial[Int(labels[row])] += SIMD4(first[row], second[row], first[row] - second[row], 1)
            }
            sums[0] += partial[0]
            sums[1] += partial[1]
        }
        counts = SIMD2(sums[0][3], sums[1][3])
        let center = [sums[0] / counts[0], sums[1] / counts[1]]
        let total =
            keys.map { Self.clusteredVariances(first, second, labels, $0, counts, center) }
            ?? Self.variances(first, second, labels, counts, center)
        means = SIMD2(center[1][0], center[1][1])
        variances = SIMD2(total[0], total[1])
        differenceVariance = total[2]
        covariance = total[3]
    }

    /// The variances of both areas and of their difference, and the covariance; rows are independent.
    private static func variances(
        _ first: [Double], _ second: [Double], _ labels: [UInt8], _ counts: SIMD2<Double>, _ center: [SIMD4<Double>]
    ) -> SIMD4<Double> {
        // Squares of the three columns, and the product of the first two.
        var squares = [SIMD4<Double>](repeating: .zero, count: 2)
        Self.forEachBlock(labels.count) { block in
            var partial = [SIMD4<Double>](repeating: .zero, count: 2)
            for row in block {
                let label = Int(labels[row])
                let offset = SIMD4(first[row], second[row], first[row] - second[row], 0) - center[label]
                partial[label] += SIMD4(
                    offset[0] * offset[0], offset[1] * offset[1], offset[2] * offset[2], offset[0] * offset[1])
            }
            squares[0] += partial[0]
            squares[1] += partial[1]
        }
        // Each class contributes the variance of its mean placement.
        return
            squares[0] / ((counts[0] - 1) * counts[0]) + squares[1] / ((counts[1] - 1) * counts[1])
    }

    /// The same where the rows of a key depend on each other (Obuchowski 1997): what a key adds to the mean of frauds and
    /// what it adds to that of genuine rows are summed and vary together.
    private static func clusteredVariances(
        _ first: [Double], _ second: [Double], _ labels: [UInt8], _ keys: [Int64], _ counts: SIMD2<Double>,
        _ center: [SIMD4<Double>]
    ) -> SIMD4<Double> {
        var positions: [Int64: Int] = [:]
        // By key and class, sums of the offsets of first, second and their difference, and the number of rows.
        var offsets: [[SIMD4<Double>]] = []
        for row in labels.indices {
            let label = Int(labels[row])
            let position = positions[keys[row]] ?? offsets.count
            if position == offsets.count {
                positions[keys[row]] = position
                offsets.append([.zero, .zero])
            }
            let offset = SIMD4(first[row], second[row], first[row] - second[row], 0) - center[label]
            offsets[position][label] += SIMD4(offset[0], offset[1], offset[2], 1)
        }
        func products(_ left: SIMD4<Double>, _ right: SIMD4<Double>) -> SIMD4<Double> {
            SIMD4(
                left[0] * right[0], left[1] * right[1], left[2] * right[2],
                (left[0] * right[1] + left[1] * right[0]) / 2)
        }
        var total = SIMD4<Double>.zero
        for label in 0...1 {
            let keyCount = Double(offsets.count { $0[label][3] > 0 })
            let sum = offsets.reduce(.zero) { $0 + products($1[label], $1[label]) }
            total += keyCount / (keyCount - 1) * sum / (counts[label] * counts[label])
        }
        let keyCount = Double(offsets.count)
        let sum = offsets.reduce(.zero) { $0 + products($1[0], $1[1]) }
        return total + 2 * keyCount / (keyCount - 1) * sum / (counts[0] * counts[1])
    }

    /// Sums over blocks keep rounding small for millions of rows.
    private static func forEachBlock(_ count: Int, _ body: (Range<Int>) -> Void) {
        for start in stride(from: 0, to: count, by: 4096) { body(start..<min(count, start + 4096)) }
    }
}
