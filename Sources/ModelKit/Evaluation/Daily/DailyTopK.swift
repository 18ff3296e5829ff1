/// Precision and recall of the transactions that a team finds by checking the `k` highest scores of each day.
///
/// Where rows tie at rank k, the expected value over all their orders is used. ``CardPrecision`` counts cards instead of
/// transactions.
public struct DailyTopK: Sendable, Hashable, Codable {
    /// One day's result.
    public struct Day: Sendable, Hashable, Codable {
        /// The day, as given.
        public let day: Int32
        /// Frauds of the day; the sum of their weights.
        public let frauds: Double
        /// Those of them among the k highest scores.
        public let foundFrauds: Double
        /// `foundFrauds` over k, also on a day with fewer rows.
        public let precision: Double
        /// `foundFrauds` over `frauds`; nil on a day without any.
        public let recall: Double?
    }

    /// The number of rows that are checked in a day.
    public let k: Int
    /// Each day that has rows, ascending.
    public let days: [Day]
    /// The mean of the days' precision.
    public let meanPrecision: Double
    /// Frauds found over all frauds of all days; nil without any.
    public let recall: Double?

    /// Computes each day's precision and recall.
    /// - Parameter rows: with days. A row of weight 2 counts as two rows to check.
    /// - Throws: ``ModelError`` as ``Metrics`` says, though rows may be of one class; ``ModelError/invalidSetting(_:)`` for `k`
    ///   below 1 or rows without days.
    public init(k: Int, scores: [Double], rows: EvaluationRows) throws(ModelError) {
        try SettingRange.require("k", k, atLeast: 1)
        try EvaluationInput.validate(scores: scores, labels: rows.labels, weights: rows.weights)
        let dayOfRow = try rows.requireDays(for: "quality by day")
        let rowsByDay = Dictionary(grouping: scores.indices, by: { dayOfRow[$0] })
        self.k = k
        days = rowsByDay.keys.sorted().map { day in
            let members = rowsByDay[day] ?? []
            let frauds = members.reduce(0) { $0 + (rows.labels[$1] == 1 ? rows.weight($1) : 0) }
            let found = Self.found(members, Double(k), scores, rows)
            return Day(
                day: day, frauds: frauds, foundFrauds: found, precision: found / Double(k),
                recall: frauds > 0 ? found / frauds : nil)
        }
        meanPrecision = days.reduce(0) { $0 + $1.precision } / Double(days.count)
        let all = days.reduce(0) { $0 + $1.frauds }
        recall = all > 0 ? days.reduce(0) { $0 + $1.foundFrauds } / all : nil
    }

    /// The weight of frauds among the first `budget` of some rows.
    private static func found(_ members: [Int], _ budget: Double, _ scores: [Double], _ rows: EvaluationRows) -> Double
    {
        let ranked = members.sorted { scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1 }
        var left = budget, found = 0.0, start = 0
        while start < ranked.count, left > 0 {
            var end = start, weight = 0.0, frauds = 0.0
            repeat {
                weight += rows.weight(ranked[end])
                if rows.labels[ranked[end]] == 1 { frauds += rows.weight(ranked[end]) }
                end += 1
            } while end < ranked.count && scores[ranked[end]] == scores[ranked[start]]
            found += weight <= left ? frauds : frauds * (left / weight)
            left -= weight
            start = end
        }
        return found
    }
}
