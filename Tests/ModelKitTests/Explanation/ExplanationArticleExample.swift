import ModelKit

// The article's example, word for word; a test compares the two.
func explain(
    _ model: TreeEnsemble, _ rows: FeatureMatrix, against background: FeatureMatrix, labels: [UInt8]
) async throws {
    let explainer = try ScoreExplainer(model, method: .interventional, background: background)
    let explanation = try await explainer.explain(rows, threads: 2)
    for reason in explanation.top(3, row: 0) {
        print("\(explanation.featureNames[reason.feature]) adds \(reason.value) to the log-odds")
    }
    let importance = try await PermutationImportance(model, rows, labels: labels, threads: 2)
    for feature in importance.features { print("\(feature.name): \(feature.mean) of average precision") }
    let dependence = try await PartialDependence(model, of: rows.names[0], in: rows, threads: 2)
    print(zip(dependence.values, dependence.mean).map { "at \($0): \($1)" })
}
