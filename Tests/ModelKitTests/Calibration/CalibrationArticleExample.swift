import ModelKit

// The article's example, word for word; a test compares the two.
func decide(
    _ classifier: any BinaryClassifier, validation: FeatureMatrix, _ known: EvaluationRows,
    test: FeatureMatrix, _ unseen: EvaluationRows
) async throws -> (CalibratedClassifier, threshold: Double) {
    let raw = try await classifier.probabilities(validation, threads: 2)
    let calibration = try Calibration(.isotonic, probabilities: raw, labels: known.labels)
    let calibrated = CalibratedClassifier(classifier, calibration: calibration)

    let costs = AlertCosts(perAlert: 5, missedShare: 0.9)
    let curve = try CostCurve(scores: raw.map(calibration.probability), rows: known, costs: costs)
    let threshold = curve.best.threshold ?? 1

    let model = ModelScores(try await calibrated.probabilities(test, threads: 2), threshold: threshold)
    let intervals = try await BootstrapIntervals(
        model, rows: unseen, measures: [.averagePrecision, .recall, .meanCost(costs)], threads: 2)
    for interval in intervals.intervals {
        print("\(interval.measure.title): \(interval.estimate), \(interval.lower) to \(interval.upper)")
    }
    return (calibrated, threshold)
}
