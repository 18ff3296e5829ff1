import Foundation
import ModelKit
import TestSupport
import Testing

/// Files that older versions of LightGBM and XGBoost wrote, with what those versions predict at every threshold and
/// category and beside them.
@Suite struct OlderVersionsTests {
    private struct Example: Decodable {
        let name: String
        /// Base64.
        let model: Data
        let columns: [[Float?]]
        let probabilities: [Double]
    }

    @Test func `models of older versions are read and predict alike`() throws {
        let url = Oracle.packageRoot.appending(path: "Tests/Fixtures/models-of-older-versions.json")
        let examples = try JSONDecoder().decode([Example].self, from: Data(contentsOf: url))
        #expect(examples.count == 16)
        for example in examples {
            let isLightGBM = example.name.hasPrefix("lightgbm")
            let format: ModelFileFormat =
                isLightGBM ? .lightGBM : example.name.hasSuffix("json") ? .xgboostJSON : .xgboostUBJ
            let model = try format.read(Array(example.model), fileName: example.name)
            let rows = try FeatureMatrix(
                names: model.featureNames, columns: example.columns.map { $0.map { $0 ?? .nan } })
            let found = try model.probabilities(rows, threads: 1)
            try #require(found.count == example.probabilities.count)
            // XGBoost's arithmetic is reproduced; LightGBM's logistic function differs in its last digit.
            let allowed = isLightGBM ? 1e-15 : 0
            #expect(zip(found, example.probabilities).allSatisfy { abs($0 - $1) <= allowed }, "\(example.name)")
            let written = try format.write(model)
            #expect(try format.read(written, fileName: "written") == model)
        }
    }
}
