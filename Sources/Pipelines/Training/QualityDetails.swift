import Features
public import ModelKit

/// More about a model's quality on test rows: how sure the figures are, what alerts cost, and where the model is better or worse.
public struct QualityDetails: Sendable, Hashable, Codable {
    /// Probabilities against shares of frauds.
    public var calibration: CalibrationCurve
    /// Measures with bootstrap intervals, by customer where rows have customers; nil where none were requested.
    public var intervals: BootstrapIntervals?
    /// The transactions found by checking the 100 highest scores of each day; nil where rows have no days.
    public var daily: DailyTopK?
    /// The cost of each threshold; nil without ``TrainingRequest/alertCosts``.
    public var costs: CostCurve?
    /// Quality by slices of the rows.
    public var slices: [QualitySlices]

    /// What is known of rows without columns but probabilities and labels.
    public init(
        calibration: CalibrationCurve, intervals: BootstrapIntervals? = nil, daily: DailyTopK? = nil,
        costs: CostCurve? = nil, slices: [QualitySlices] = []
    ) {
        self.calibration = calibration
        self.intervals = intervals
        self.daily = daily
        self.costs = costs
        self.slices = slices
    }

    /// Points of a plotted curve.
    private static let curvePoints = 400

    /// The rows must have both classes.
    init(_ model: ModelScores, _ test: PreparedRows, _ request: TrainingRequest) throws(ModelError) {
        let amounts = test.transactions.map(\.amount)
        let rows = try EvaluationRows(
            labels: test.labels, keys: test.cards?.cards,
            amounts: amounts.flatMap { $0.allSatisfy(\.isFinite) ? $0 : nil }, days: test.cards?.days)
        calibration = try CalibrationCurve(probabilities: model.scores, labels: test.labels)
        if request.intervalSamples > 0 {
            var measures: [QualityMeasure] = [.rocAUC, .averagePrecision, .precision, .recall, .brierScore]
            if let costs = request.alertCosts { measures.append(.meanCost(costs)) }
            intervals = try BootstrapIntervals(
                model, rows: rows, measures: measures,
                settings: BootstrapSettings(samples: request.intervalSamples, seed: request.seed),
                threads: request.threads)
        }
        if rows.days != nil { daily = try DailyTopK(k: 100, scores: model.scores, rows: rows) }
        if let costs = request.alertCosts {
            self.costs = try CostCurve(
                scores: model.scores, rows: rows, costs: costs, maximumPoints: Self.curvePoints,
                threads: request.threads)
        }
        slices = []
        for slicing in try Self.slicings(test) {
            slices.append(
                try QualitySlices(
                    probabilities: model.scores, rows: rows, slicing: slicing, threshold: model.threshold,
                    threads: request.threads))
        }
    }

    private static func slicings(_ test: PreparedRows) throws(ModelError) -> [RowSlicing] {
        guard let transactions = test.transactions else { return [] }
        var slicings = [try RowSlicing("amount", values: transactions.amount)]
        if let scenarios = transactions.fraudScenario {
            slicings.append(try RowSlicing("fraud scenario", categories: scenarios.map { "\($0)" }))
        }
        return slicings
    }
}
