import CStorageKernels
import Foundation
import ModelKit
package import StorageIO
package import Tracking

/// What is logged of a training, whichever way it takes.
package struct RunContent: Sendable {
    package let tags: [String: String]
    package let parameters: [String: String]
    package let metrics: [Metric]
    package let inputs: [DatasetInput]

    /// - Parameters:
    ///   - model: the folder where the model was saved.
    ///   - metrics: figures beyond those of the outcome, such as a comparison's.
    package init(
        _ outcome: TrainingOutcome, model: String, data: String, metrics: [String: Double] = [:],
        stores: ObjectStores
    ) async throws {
        tags = ["model_path": model, "data": data]
        parameters = outcome.parameters
        let now = Int64(Date.now.timeIntervalSince1970 * 1_000)
        var values = outcome.metrics.merging(metrics) { _, new in new }
        values["training_rows"] = Double(outcome.trainingRows)
        values["training_frauds"] = Double(outcome.trainingFrauds)
        values["training_seconds"] = outcome.seconds["training"] ?? 0
        let history = outcome.history.compactMap { round in
            round.validationMetric.map {
                Metric(key: "val_metric", value: $0, timestamp: now, step: Int64(round.round))
            }
        }
        self.metrics = values.map { Metric(key: $0.key, value: $0.value, timestamp: now) } + history
        inputs = [try await Self.input(data, rows: outcome.trainingRows, stores: stores)]
    }

    /// The data set by its place and by what its store says of its objects: reading it again would take long.
    private static func input(_ data: String, rows: Int, stores: ObjectStores) async throws -> DatasetInput {
        let place = try stores.resolve(data)
        var state: [UInt8] = []
        for object in try await place.contents().objects {
            state += Array("\(object.key.path)\n\(object.size)\n\(object.entityTag ?? "")\n".utf8)
        }
        let sum = state.withUnsafeBufferPointer { storage_crc32c(0, $0.baseAddress, $0.count) }
        let digits = String(sum, radix: 16)
        let source = try JSONEncoder().encode(["uri": place.description])
        return DatasetInput(
            name: data.split(separator: "/").last.map(String.init) ?? data,
            digest: String(repeating: "0", count: 8 - digits.count) + digits, sourceType: place.location.scheme,
            source: String(decoding: source, as: UTF8.self), profile: "{\"num_rows\": \(rows)}", context: "training")
    }
}
