import ModelKit

extension BinaryClassifier {
    /// A row of typical feature values: for trees the middle one of a feature's thresholds, for a logistic regression
    /// the means; 0 where the model gives none.
    var exampleRow: [Double] {
        var row = [Double](repeating: 0, count: featureNames.count)
        if let regression = self as? LogisticRegression {
            row = regression.scaler.means
        } else if let ensemble = self as? TreeEnsemble {
            var thresholds = [[Float]](repeating: [], count: featureNames.count)
            for node in ensemble.trees.lazy.flatMap(\.nodes) where node.threshold.isFinite {
                thresholds[Int(node.feature)].append(node.threshold)
            }
            for (feature, values) in thresholds.enumerated() where !values.isEmpty {
                row[feature] = Double(values.sorted()[values.count / 2])
            }
        }
        return row
    }
}
