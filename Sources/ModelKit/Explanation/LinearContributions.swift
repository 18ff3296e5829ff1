/// Contributions to the log-odds of a logistic regression: coefficient times deviation from a mean, which are its Shapley
/// values for a background with these means (Štrumbelj and Kononenko 2014).
struct LinearContributions: Sendable {
    let expectedValue: Double
    private let model: LogisticRegression
    private let means: [Double]

    /// - Parameter background: rows of the model's features, at least one; nil for the means in training.
    init(_ model: LogisticRegression, background: FeatureMatrix?) {
        self.model = model
        let trained = model.scaler.means
        let means =
            background.map { rows in
                rows.columns.enumerated().map { feature, column in
                    // A missing value counts as the mean in training, as in predictions.
                    column.reduce(0) { $0 + ($1.isFinite ? Double($1) : trained[feature]) } / Double(column.count)
                }
            } ?? trained
        self.means = means
        expectedValue = means.indices.reduce(model.intercept) {
            $0 + model.slopes[$1] * (means[$1] - trained[$1])
        }
    }

    func contributions(_ features: FeatureMatrix) -> [[Double]] {
        features.columns.enumerated().map { feature, column in
            let (slope, mean, trained) = (model.slopes[feature], means[feature], model.scaler.means[feature])
            return column.map { slope * (($0.isFinite ? Double($0) : trained) - mean) }
        }
    }
}
