import Checksums
import Essentials
import ModelKit
import Pipelines
import Scoring
import StorageIO
import Tracking

/// What is logged of a training, whichever way it takes.
struct RunContent: Sendable {
    let tags: [String: String]
    let parameters: [String: String]
    let metrics: [Metric]
    let inputs: [DatasetInput]
    /// Files of the run beside the model, by path.
    let files: [String: [UInt8]]

    /// MLflow's servers took parameters of up to 500 characters before 2.8, and take 6,000 since.
    private static let longestParameter = 500

    /// - Parameters:
    ///   - model: the folder where the model was saved.
    ///   - metrics: beyond those of the training, such as a comparison's.
    init(
        _ outcome: TrainingResult, model: String, data: String, metrics: [String: Double] = [:],
        stores: ObjectStoreRegistry
    ) async throws {
        tags = ["model_path": model, "data": data]
        var files: [String: [UInt8]] = [:]
        if case .columns(let names) = outcome.model.features {
            files["features.json"] = Array(try JSONEncoder().encode(names))
        }
        self.files = files
        parameters = outcome.parameters.mapValues { Self.cut($0) }
        let now = Timestamp.now
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

    /// A long list of features as a parameter: its beginning. The whole is in `features.json`.
    private static func cut(_ value: String) -> String {
        let scalars = value.unicodeScalars
        guard scalars.count > longestParameter else { return value }
        let kept = String(String.UnicodeScalarView(scalars.prefix(longestParameter - 40)))
        return kept + "... (\(scalars.count) characters in all)"
    }

    /// The data set by its location and by what its store says of its objects: reading it again would take long.
    private static func input(_ data: String, rows: Int, stores: ObjectStoreRegistry) async throws -> DatasetInput {
        let location = try stores.resolve(data)
        var state: [UInt8] = []
        for object in try await location.contents().objects {
            state += Array("\(object.key.path)\n\(object.size)\n\(object.entityTag ?? "")\n".utf8)
        }
        let sum = CRC32C.checksum(state)
        let source = try JSONEncoder().encode(["uri": location.description])
        return DatasetInput(
            name: data.split(separator: "/").last.map(String.init) ?? data,
            digest: sum.zeroPadded(to: 8, radix: 16), sourceType: location.uri.scheme,
            source: String(decoding: source, as: UTF8.self), profile: "{\"num_rows\": \(rows)}", context: "training")
    }
}
