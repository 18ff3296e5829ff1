extension LogisticRegression {
    /// Adds the nodes that compute the log-odds in the order of ``probabilities(_:threads:)``, term by term, so that
    /// they have the same bits.
    func addNodes(
        to graph: inout ONNXGraph, matrix: String, threshold: Double
    ) -> (probability: String, isPositive: String) {
        // False for NaN, too.
        let largest = graph.constant(.scalar(Float.greatestFiniteMagnitude))
        let isFinite = graph.node("LessOrEqual", graph.node("Abs", matrix), largest)
        let means = graph.constant(.vector(scaler.means))
        let values = graph.node("Where", isFinite, graph.cast(matrix, to: .float64), means)
        let slopes = graph.constant(.vector(self.slopes))
        let terms = graph.node("Mul", graph.node("Sub", values, means), slopes)
        let intercept = graph.constant(.scalar(self.intercept))
        let columns: [String]
        if featureNames.count == 1 {
            columns = [terms]
        } else {
            let widths = graph.constant(.vector([Int64](repeating: 1, count: featureNames.count)))
            columns = graph.node(
                "Split", [terms, widths], resultCount: featureNames.count, attributes: [.integer("axis", 1)])
        }
        let sum = graph.node("Sum", [intercept] + columns, resultCount: 1)[0]
        let axis = graph.constant(.vector([1]))
        let logOdds = graph.node("Squeeze", sum, axis)

        let point = ONNXDecisionPoint(threshold: threshold, in: -800...800, probability: Self.logistic)
        let isPositive = graph.node("GreaterOrEqual", logOdds, graph.constant(.scalar(point.sum)))
        return (graph.logistic(logOdds), isPositive)
    }
}
