import Foundation
import ModelKit
import TestSupport
import Testing

@Suite struct ArticleExampleTests {
    @Test func articleHoldsTheCompiledExample() throws {
        #expect(
            try Article.holdsCompiledExample(
                module: "ModelKit", source: "Tests/ModelKitTests/Selection/ArticleExample.swift"))
    }

    /// Frauds in the middle of a range: trees find them, a straight line cannot.
    @Test func exampleFindsTheBetterModel() async throws {
        var generator = SeededGenerator(seed: 12)
        var columns: [[Float]] = [[], []]
        var labels: [UInt8] = []
        for _ in 0..<4000 {
            let value = Float.random(in: -1..<1, using: &generator)
            columns[0].append(value)
            columns[1].append(.random(in: -1..<1, using: &generator))
            labels.append(Float.random(in: 0..<1, using: &generator) < (abs(value) < 0.3 ? 0.4 : 0.02) ? 1 : 0)
        }
        let comparison = try await findModel(FeatureMatrix(names: ["x", "noise"], columns: columns), labels)
        #expect(comparison.verdict == .better)
        #expect(comparison.rowCount == 1200)
        #expect(comparison.deLong.first.value > 0.8 && comparison.deLong.second.value < 0.6)
    }
}
