/// The cost of a model's alerts and missed frauds against the threshold.
public struct CostCurve: Sendable, Hashable, Codable {
    /// What every score of at least `threshold` raising an alert costs. Counts and costs are sums over the rows' weights.
    public struct Point: Sendable, Hashable, Codable {
        /// `nil` where nothing raises an alert.
        public let threshold: Double?
        /// Rows that raise an alert.
        public let alerts: Double
        /// Frauds among them.
        public let foundFrauds: Double
        /// The amounts of frauds without an alert.
        public let missedAmount: Double
        /// The cost of all alerts and missed frauds.
        public let cost: Double
    }

    /// What the curve was computed with.
    public let costs: AlertCosts
    /// By descending threshold, from no alert to an alert for every row.
    public let points: [Point]
    /// The point of the least cost; of equal ones that with the fewest alerts. As with any threshold, choose it on other
    /// rows than those it is judged on.
    public let best: Point
    /// The weight of all rows.
    public let totalWeight: Double

    /// The cost without any model or alert.
    public var costWithoutAlerts: Double { points.first?.cost ?? 0 }

    /// Computes the cost of every threshold that is a row's score.
    /// - Parameters:
    ///   - rows: with amounts, unless `costs` do not depend on them.
    ///   - maximumPoints: how many points to keep, at least 2; `nil` for all.
    /// - Throws: ``ModelError`` as ``Metrics`` says, though rows of one class have a curve, too;
    ///   ``ModelError/invalidSetting(_:)`` for costs that are negative or not finite, and for amounts that are needed but not
    ///   given.
    public init(
        scores: [Double], rows: EvaluationRows, costs: AlertCosts, maximumPoints: Int? = nil, threads: Int = 1
    ) throws(ModelError) {
        try costs.validate()
        if let maximumPoints { try SettingRange.require("maximumPoints", maximumPoints, atLeast: 2) }
        try EvaluationInput.validate(scores: scores, labels: rows.labels, weights: rows.weights)
        let amounts = costs.missedShare > 0 ? try rows.requireAmounts(for: "a cost by amount") : rows.amounts
        let ranked = RankedRows(validated: scores, threads: threads)
        var totals = Sums()
        for row in ranked.rows {
            totals.add(Int(row), rows, amounts, costs)
        }
        var all = [Point(threshold: nil, alerts: 0, found: 0, foundAmount: 0, savings: 0, totals, costs)]
        var found = Sums()
        for rank in ranked.rows.indices {
            let row = Int(ranked.rows[rank])
            found.add(row, rows, amounts, costs)
            guard rank + 1 == ranked.rows.count || ranked.startsTie[rank + 1] else { continue }
            all.append(
                Point(
                    threshold: scores[row], alerts: found.weight, found: found.frauds,
                    foundAmount: found.fraudAmount, savings: found.fraudCost, totals, costs))
        }
        var best = all[0]
        for point in all where point.cost < best.cost { best = point }
        self.costs = costs
        self.best = best
        totalWeight = totals.weight
        points = maximumPoints.map { Self.thinned(all, totals.weight, $0) } ?? all
    }

    /// Leaves out what a plot of alerts and cost does not show.
    private static func thinned(_ points: [Point], _ weight: Double, _ maximumPoints: Int) -> [Point] {
        let highest = points.lazy.map(\.cost).max() ?? 0
        let x = points.map { $0.alerts / weight }, y = points.map { highest > 0 ? $0.cost / highest : 0 }
        // Far below the resolution of a plot.
        let resolution = 1.0 / 4096
        var candidates = [0]
        var last = 0
        for index in points.indices.dropFirst() {
            let hasMoved = abs(x[index] - x[last]) >= resolution || abs(y[index] - y[last]) >= resolution
            guard hasMoved || index == points.count - 1 else { continue }
            if index - 1 > last { candidates.append(index - 1) }
            candidates.append(index)
            last = index
        }
        let kept = CurveThinning.kept(
            x: candidates.map { x[$0] }, y: candidates.map { y[$0] }, maximumPoints: maximumPoints)
        return kept.map { points[candidates[$0]] }
    }

    /// Weight of rows and of frauds, the frauds' amounts, and what missing them would cost.
    fileprivate struct Sums {
        var weight = 0.0, frauds = 0.0, fraudAmount = 0.0, fraudCost = 0.0

        mutating func add(_ row: Int, _ rows: EvaluationRows, _ amounts: [Double]?, _ costs: AlertCosts) {
            let weight = rows.weight(row)
            self.weight += weight
            guard rows.labels[row] == 1 else { return }
            let amount = amounts?[row] ?? 0
            frauds += weight
            fraudAmount += weight * amount
            fraudCost += weight * costs.missed(amount: amount)
        }
    }
}

extension CostCurve.Point {
    fileprivate init(
        threshold: Double?, alerts: Double, found: Double, foundAmount: Double, savings: Double,
        _ totals: CostCurve.Sums, _ costs: AlertCosts
    ) {
        self.threshold = threshold
        self.alerts = alerts
        foundFrauds = found
        missedAmount = totals.fraudAmount - foundAmount
        cost = alerts * costs.perAlert + (totals.fraudCost - savings)
    }
}
