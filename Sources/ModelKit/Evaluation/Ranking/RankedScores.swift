/// Rows in descending order of their scores, to be iterated threshold by threshold.
struct RankedScores: Sendable {
    /// What is classified as positive when every score of at least `score` is.
    struct Step {
        /// The threshold, one of the scores.
        var score = 0.0
        /// Weight of positives and of negatives at or above the threshold.
        var truePositives = 0.0
        var falsePositives = 0.0
        /// Rows and positive rows at or above the threshold, whatever their weight.
        var rows = 0
        var positiveRows = 0
    }

    let rowCount: Int
    let positiveRowCount: Int
    /// Weight of all positives and of all negatives.
    let positives: Double
    let negatives: Double

    private let keys: [UInt64]
    private let contents: Contents

    private enum Contents: Sendable {
        case labels([UInt8])
        /// Labels and weights, by row, and the rows in rank order.
        case weighted(rows: [UInt32], labels: [UInt8], weights: [Float])
    }

    /// The input must have passed ``EvaluationInput``.
    init(validated scores: [Double], labels: [UInt8], weights: [Float]?, threads: Int) {
        rowCount = scores.count
        positiveRowCount = labels.reduce(0) { $0 + Int($1) }
        var keys = Self.descendingKeys(scores)
        if let weights {
            var rows = (0..<scores.count).map { UInt32(truncatingIfNeeded: $0) }
            KeyedSort.sort(keys: &keys, payloads: &rows, threads: threads)
            contents = .weighted(rows: rows, labels: labels, weights: weights)
            var sums = [0.0, 0.0]
            for row in rows { sums[Int(labels[Int(row)])] += Double(weights[Int(row)]) }
            (negatives, positives) = (sums[0], sums[1])
        } else {
            var labels = labels
            KeyedSort.sort(keys: &keys, payloads: &labels, threads: threads)
            contents = .labels(labels)
            positives = Double(positiveRowCount)
            negatives = Double(rowCount - positiveRowCount)
        }
        self.keys = keys
    }

    /// Calls `body` once for each distinct score, from the highest to the lowest.
    @inline(__always)
    func forEachStep(_ body: (Step) -> Void) {
        keys.withUnsafeBufferPointer { keys in
            switch contents {
            case .labels(let labels):
                labels.withUnsafeBufferPointer { labels in
                    var positives = 0
                    Self.walk(
                        keys,
                        add: { rank in positives &+= Int(labels[rank]) },
                        emit: { key, rows in
                            body(
                                Step(
                                    score: Self.score(ofKey: key), truePositives: Double(positives),
                                    falsePositives: Double(rows - positives), rows: rows, positiveRows: positives))
                        })
                }
            case .weighted(let rows, let labels, let weights):
                var step = Step()
                Self.walk(
                    keys,
                    add: { rank in
                        let row = Int(rows[rank])
                        if labels[row] == 1 {
                            step.positiveRows += 1
                            step.truePositives += Double(weights[row])
                        } else {
                            step.falsePositives += Double(weights[row])
                        }
                    },
                    emit: { key, rows in
                        step.score = Self.score(ofKey: key)
                        step.rows = rows
                        body(step)
                    })
            }
        }
    }

    @inline(__always)
    private static func walk(
        _ keys: UnsafeBufferPointer<UInt64>, add: (Int) -> Void, emit: (UInt64, Int) -> Void
    ) {
        var rank = 0
        while rank < keys.count {
            let key = keys[rank]
            repeat {
                add(rank)
                rank += 1
            } while rank < keys.count && keys[rank] == key
            emit(key, rank)
        }
    }

    /// Keys whose ascending order is the scores' descending order; -0 and 0 get the same key.
    static func descendingKeys(_ scores: [Double]) -> [UInt64] {
        scores.map { score in
            let bits = (score + 0.0).bitPattern
            // Negative numbers have their order reversed by all bits flipped, positive ones lie above them by the sign.
            let ascending = bits >> 63 == 1 ? ~bits : bits | (1 << 63)
            return ~ascending
        }
    }

    static func score(ofKey key: UInt64) -> Double {
        let ascending = ~key
        return Double(bitPattern: ascending >> 63 == 1 ? ascending & ~(1 << 63) : ~ascending)
    }
}
