import ModelKit

// The article's example, word for word; a test compares the two.
func findModel(_ features: FeatureMatrix, _ labels: [UInt8]) async throws -> ModelComparison {
    let outer = try RowSplit.random(rowCount: labels.count, trainShare: 0.7, seed: 42)
    let (known, knownLabels) = (features.take(outer.train), outer.train.map { labels[$0] })
    let (unseen, unseenLabels) = (features.take(outer.test), outer.test.map { labels[$0] })

    let inner = try RowSplit.random(rowCount: knownLabels.count, trainShare: 0.8, seed: 42)
    let (train, trainLabels) = (known.take(inner.train), inner.train.map { knownLabels[$0] })
    let search = try await GridSearch(BoostingGrid(rounds: [10, 20]).points).run(
        validation: known.take(inner.test), labels: inner.test.map { knownLabels[$0] }
    ) { point in
        var configuration = BoostedTreesConfiguration()
        configuration.maxDepth = point.maxDepth
        configuration.rounds = point.rounds
        configuration.rowSubsample = point.rowSubsample
        configuration.seed = 42
        return try await BoostedTreesTrainer(configuration).train(train, labels: trainLabels).model
    }
    print("best: \(search.best.parameters), ROC AUC \(search.best.score)")

    let scores = try await search.model.probabilities(unseen, threads: 2)
    let summary = try await EvaluationSummary(probabilities: scores, labels: unseenLabels, topK: [100])
    print("unseen rows: ROC AUC \(summary.rocAUC), average precision \(summary.averagePrecision)")

    let simple = try await LogisticRegressionTrainer().train(known, labels: knownLabels)
    let simpleScores = try await simple.probabilities(unseen, threads: 2)
    return try await ModelComparison(candidate: scores, champion: simpleScores, labels: unseenLabels)
}
