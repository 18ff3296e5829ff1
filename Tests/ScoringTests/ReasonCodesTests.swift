import Features
import ModelKit
import Scoring
import TestSupport
import Testing

/// Reasons in the words of the features' definitions.
@Suite struct ReasonCodesTests {
    /// A logistic regression in which every feature raises the score by 1, 2, 3, ... times its value.
    private func reasons(
        _ features: FeatureDefinition, _ values: [Float], count: Int = 100, mean: Float = 0
    ) throws -> [String: ReasonCode] {
        let names = features.names
        let model = try LogisticRegression(
            scaler: StandardScaler(
                FeatureMatrix(names: names, columns: names.map { _ in [mean - 1, mean + 1] })),
            coefficients: names.indices.map { Double($0 + 1) }, intercept: 0)
        let row = try FeatureMatrix(names: names, columns: values.map { [$0] })
        let explanation = try ScoreExplainer(model).explain(row)
        let reasons = ReasonCodes(features).reasons(count, row: 0, of: explanation, row)
        return Dictionary(uniqueKeysWithValues: reasons.map { ($0.feature, $0) })
    }

    private func text(_ declaration: FeatureDeclaration, _ value: Float) throws -> String {
        let plan = FeaturePlan(name: "p", features: [declaration])
        let reasons = try reasons(.plan(plan, schema: .handbook), [value])
        return try #require(reasons[declaration.name]).text
    }

    @Test func fixedFeaturesHaveWordsAndUnits() throws {
        let pipeline = FeaturePipeline(.windows)
        let values: [Float] = [125.5, 1, 1] + (0..<6).map { Float($0 + 2) } + (0..<6).map { _ in Float(0.25) }
        let reasons = try reasons(.pipeline(pipeline), values)
        #expect(reasons.count == 15)
        #expect(reasons["tx_amount"]?.text == "tx_amount is 125.5 (raises the score)")
        #expect(
            reasons["tx_during_weekend"]?.text == "the transaction is on Saturday and Sunday (raises the score)")
        #expect(
            reasons["customer_id_nb_tx_7day_window"]?.text
                == "number of transactions of the same customer_id in the last 7 days, this one included, is 4 "
                + "(raises the score)")
        let risk = try #require(reasons["terminal_id_risk_30day_window"])
        #expect(risk.value == 0.25 && risk.unit == "share" && risk.contribution > 0)
        #expect(
            risk.text == "share of known frauds among the transactions of the same terminal_id in the 30 days until "
                + "7 days ago is 25 % (raises the score)")
        let night = try self.reasons(.pipeline(FeaturePipeline(.basic)), [1, 2, 3, 0, 1, 1, 1], mean: 0.5)
        #expect(night["hour"]?.text == "hour of the day is 3 h (raises the score)")
        #expect(night["time_of_day_0"]?.text == "the transaction is not in the hours 0 to 5 (lowers the score)")
    }

    @Test func ratiosAndDeviationsOfPlansReadAsComparisons() throws {
        let plan = try FeaturePlan.named("extended", for: .handbook)
        let values = plan.names.map { $0.contains("zscore") ? Float(-2.25) : Float(4.123) }
        let reasons = try reasons(.plan(plan, schema: .handbook), values)
        #expect(
            reasons["customer_id_amount_to_max_30d"]?.text
                == "tx_amount is 4.12 times the maximum of the same customer_id in the 30 days before (raises the score)"
        )
        #expect(
            reasons["customer_id_amount_zscore_30d"]?.text
                == "tx_amount is 2.25 standard deviations below the mean of the same customer_id in the 30 days before "
                + "(lowers the score)")
        #expect(
            reasons["customer_id_tx_amount_to_baseline"]?.text ?? reasons["customer_id_amount_to_baseline"]?.text
                == "tx_amount is 4.12 times the mean of the same customer_id in the 30 days until 1 day ago "
                + "(raises the score)")
    }

    @Test func eachKindOfFeatureHasAStatement() throws {
        #expect(try text(FeatureDeclaration("day", .calendar(.weekday)), 5) == "the day is Saturday (raises the score)")
        let card = FeatureDeclaration("kind", .category(column: "terminal_id", values: ["a", "b"]))
        #expect(try text(card, 1) == "terminal_id is b (raises the score)")
        #expect(try text(card, 2) == "terminal_id has a value that training did not know (raises the score)")
        let since = FeatureDeclaration("since", .timeSincePrevious(HistoryScope(keys: ["customer_id"])))
        #expect(
            try text(since, 90)
                == "time since the previous transaction of the same customer_id, at most 90 days, is 90 s (raises the score)"
        )
        #expect(try text(since, 9000).contains(" is 2.5 h "))
        let first = FeatureDeclaration("first", .isFirst(HistoryScope(keys: ["customer_id"])))
        #expect(
            try text(first, 1) == "there was no transaction of the same customer_id in the 90 days before "
                + "(raises the score)")
        let own = FeatureDeclaration("own", .column("tx_amount"), meaning: "amount | in euros", unit: "EUR")
        #expect(try text(own, -3) == "amount | in euros is -3 EUR (lowers the score)")
    }

    @Test func columnsHaveTheirNamesAndReasonsAreTheStrongestOnly() throws {
        let reasons = try reasons(.columns(["x", "y", "z"]), [1, .nan, -0.125], count: 1)
        #expect(reasons.count == 1)
        #expect(reasons["x"]?.text == "x is 1 (raises the score)" && reasons["x"]?.unit == "as x")
        // Missing values count as means, and contribute nothing.
        #expect(try self.reasons(.columns(["x", "y", "z"]), [1, .nan, -0.125])["y"] == nil)
    }

    @Test func theGuidesExampleIsCompiledAndRuns() async throws {
        let source = try Article.text("Tests/ScoringTests/ArticleExampleReasons.swift")
        let example = try #require(try Article.examples(guide: "Explaining", language: "swift").first)
        #expect(source.hasSuffix(example))
        let model = try ScoringFixture.model()
        var scorer = try BatchScorer(model)
        let features = try scorer.features(ScoringFixture.batch(ScoringFixture.transactions(50, seed: 2, firstDay: 60)))
        let all = try await reasonsForScores(of: features, by: model)
        #expect(all.count == 50 && all.allSatisfy { $0.count <= 3 } && all.contains { !$0.isEmpty })
    }

    @Test func missingValuesOfTreesAreSaid() throws {
        let tree = DecisionTree(
            nodes: [
                .init(
                    feature: 0, threshold: 0, defaultLeft: false, left: ~0, right: ~1, gain: 1, value: 0, weight: 2,
                    count: 2)
            ], leaves: [.init(value: -1, weight: 1, count: 1), .init(value: 1, weight: 1, count: 1)])
        let model = try TreeEnsemble(featureNames: ["x"], trees: [tree], combination: .sum, link: .logistic)
        let row = try FeatureMatrix(names: ["x"], columns: [[.nan]])
        let explanation = try ScoreExplainer(model).explain(row)
        let reason = try #require(ReasonCodes(.columns(["x"])).reasons(3, row: 0, of: explanation, row).first)
        #expect(reason.value == nil && reason.contribution == 1)
        #expect(reason.text == "x is not known (raises the score)")
    }
}
