import Foundation
import ModelKit
import Scoring
import StorageIO
import TestSupport
import Testing

/// Pipelines that Spark ML 4.0 wrote, with the probabilities that it gave.
@Suite struct SparkModelTests {
    private struct Example: Decodable {
        let name: String
        /// Base64, by path.
        let files: [String: Data]
        let columns: [String]
        let rows: [[Double]]
        let probabilities: [Double]

        var bytes: [String: [UInt8]] { files.mapValues { Array($0) } }

        /// A feature's value in a row: a column, or whether it has a code (`hour=3`).
        func value(_ feature: String, row: Int) throws -> Double {
            let parts = feature.split(separator: "=").map(String.init)
            let column = try #require(columns.firstIndex(of: parts[0]))
            return parts.count == 1 ? rows[row][column] : rows[row][column] == Double(parts[1]) ? 1 : 0
        }
    }

    private static func examples() throws -> [Example] {
        let url = Oracle.packageRoot.appending(path: "Tests/Fixtures/spark-pipelines.json")
        return try JSONDecoder().decode([Example].self, from: Data(contentsOf: url))
    }

    @Test func `pipelines of every classifier give Spark's probabilities`() async throws {
        let examples = try Self.examples()
        #expect(examples.map(\.name) == ["dt", "gbt", "lr", "rf"])
        for example in examples {
            let model = try await SparkModel(files: example.bytes)
            #expect(model.sparkVersion == "4.0.1" && model.threshold == (example.name == "lr" ? 0.4 : 0.5))
            let features = model.classifier.featureNames
            #expect(
                features
                    == (example.name == "dt"
                        ? ["amount", "ratio", "kind"]
                        : example.name == "lr"
                            ? ["amount", "hour=0", "hour=1", "hour=2", "hour=3", "hour=4", "ratio", "kind"]
                            : ["amount", "hour", "ratio", "kind"]))
            // The regression takes 32-bit values.
            let allowed = example.name == "lr" ? 1e-7 : 1e-12
            for row in example.rows.indices {
                let values = try features.map { try example.value($0, row: row) }
                let found = values.withUnsafeBufferPointer { model.classifier.probability(row: $0) }
                #expect(abs(found - example.probabilities[row]) < allowed, "\(example.name), row \(row)")
            }
            let fraud = try FraudModel(importing: model, from: "spark")
            #expect(fraud.features == .columns(features) && fraud.threshold == model.threshold)
            let stored = try ClassifierArchive.decode(ClassifierArchive.encode(model.classifier))
            #expect(stored.featureNames == features)
        }
    }

    @Test func `codes that the encoder does not know, and missing values, are no category`() async throws {
        let example = try #require(try Self.examples().first { $0.name == "rf" })
        let model = try await SparkModel(files: example.bytes).classifier
        func probability(_ hour: Double) -> Double {
            [0.5, hour, 1, 1].withUnsafeBufferPointer { model.probability(row: $0) }
        }
        #expect(Set((0..<5).map { probability(Double($0)) }).count > 1)
        #expect(probability(77) == probability(.nan) && probability(77) == probability(-1))
    }

    @Test func `what is not supported is refused with a reason`() async throws {
        let example = try #require(try Self.examples().first { $0.name == "gbt" })
        func change(_ part: String, _ old: String, _ new: String) -> [String: [UInt8]] {
            var files = example.bytes
            for (path, bytes) in files where path.contains(part) && path.contains("metadata/") {
                files[path] = Array(
                    String(decoding: bytes, as: UTF8.self).replacingOccurrences(of: old, with: new).utf8)
            }
            return files
        }
        func without(_ part: String) -> [String: [UInt8]] { example.bytes.filter { !$0.key.contains(part) } }
        for (files, reason) in [
            ([:], "is this a PipelineModel"), (without("VectorAssembler"), "0 folders of the stage 'VectorAssembler"),
            (without("treesMetadata"), "treesMetadata/: there is no Parquet file"),
            (change("VectorAssembler", "feature.VectorAssembler", "feature.StringIndexerModel"), "StringIndexerModel"),
            (change("GBT", "GBTClassificationModel", "LinearSVCModel"), "LinearSVCModel, which is not supported"),
            (change("GBT", "\"numFeatures\"", "\"numClasses\":3,\"numFeatures\""), "3 classes"),
            (change("GBT", "ml.classification", "ml.regression"), "regression.GBTClassificationModel; supported"),
            (change("OneHot", "\"outputCols\"", "\"dropLast\":false,\"outputCols\""), "element for invalid codes"),
            (change("OneHot", "[\"hour\"]", "[]"), "0 columns become 1"),
            (change("VectorAssembler", "\"amount\",\"hour_vec\",", ""), "of 2"),
            (change("metadata", "\"class\"", "\"klass\""), "metadata/part-"),
        ] {
            let error = await #expect(throws: ModelError.self) { try await SparkModel(files: files) }
            #expect(error?.description.contains(reason) == true, "\(reason): \(String(describing: error))")
        }
    }

    @Test func `no change of the bytes makes reading crash`() async throws {
        var generator = SeededGenerator(seed: 98)
        for example in try Self.examples() {
            let files = example.bytes
            for _ in 0..<150 {
                var changed = files
                let path = try #require(files.keys.sorted().randomElement(using: &generator))
                var bytes = files[path] ?? []
                let location = Int.random(in: 0..<bytes.count, using: &generator)
                if Bool.random(using: &generator) {
                    bytes[location] = UInt8.random(in: 0...255, using: &generator)
                } else {
                    bytes.removeSubrange(location...)
                }
                changed[path] = bytes
                do {
                    let model = try await SparkModel(files: changed).classifier
                    let row = [Double](repeating: 1, count: model.featureNames.count)
                    _ = row.withUnsafeBufferPointer { model.probability(row: $0) }
                } catch {
                    #expect(error is ModelError || error is ParquetError, "\(path): \(error)")
                }
            }
        }
    }
}
