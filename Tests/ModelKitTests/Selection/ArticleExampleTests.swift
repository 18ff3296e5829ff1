import Foundation
import ModelKit
import TestSupport
import Testing

@Suite struct ArticleExampleTests {
    @Test func articleHoldsTheCompiledExample() throws {
        let root = Oracle.packageRoot
        let article = try String(
            contentsOf: root.appending(path: "Sources/ModelKit/ModelKit.docc/ModelKit.md"), encoding: .utf8)
        let source = try String(
            contentsOf: root.appending(path: "Tests/ModelKitTests/Selection/ArticleExample.swift"), encoding: .utf8)
        let example = try #require(
            article.components(separatedBy: "```swift\n").last?.components(separatedBy: "```").first)
        #expect(example.hasPrefix("func findModel"))
        #expect(source.hasSuffix(example))
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
