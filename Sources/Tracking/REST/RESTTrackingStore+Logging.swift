import JSONText

extension RESTTrackingStore {
    /// Whole or not at all, and safe to repeat: the server keeps a metric's point once, takes a parameter's value again,
    /// and replaces tags.
    package func log(_ batch: RunBatch, toRun id: String) async throws {
        guard !batch.isEmpty else { return }
        func pairs(_ entries: [(key: String, value: String)]) -> JSONValue? {
            entries.isEmpty ? nil : .array(entries.map { ["key": .string($0.key), "value": .string($0.value)] })
        }
        let metrics = batch.metrics.map { metric -> JSONValue in
            [
                "key": .string(metric.key), "value": JSONValue(double: metric.value),
                "timestamp": JSONValue(metric.timestamp), "step": JSONValue(metric.step),
            ]
        }
        try await mutate(
            run: id, parameters: batch.parameters,
            .send(
                "runs/log-batch",
                [
                    "run_id": .string(id), "metrics": metrics.isEmpty ? nil : .array(metrics),
                    "params": pairs(batch.parameters), "tags": pairs(batch.tags),
                ], about: "run \(id)"))
    }
}
