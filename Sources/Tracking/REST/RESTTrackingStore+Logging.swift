extension RESTTrackingStore {
    /// Whole or not at all, and safe to repeat: the server keeps a metric's point once, takes a parameter's value again,
    /// and replaces tags.
    package func log(_ batch: RunBatch, toRun id: String) async throws {
        guard !batch.isEmpty else { return }
        func pairs(_ entries: [(key: String, value: String)]) -> JSON? {
            entries.isEmpty
                ? nil : .array(entries.map { .object(["key": .text($0.key), "value": .text($0.value)]) })
        }
        let metrics = batch.metrics.map { metric in
            JSON.object([
                "key": .text(metric.key), "value": JSON(metric.value), "timestamp": .integer(metric.timestamp),
                "step": .integer(metric.step),
            ])
        }
        try await mutate(
            run: id, parameters: batch.parameters,
            .send(
                "runs/log-batch",
                [
                    "run_id": .text(id), "metrics": metrics.isEmpty ? nil : .array(metrics),
                    "params": pairs(batch.parameters), "tags": pairs(batch.tags),
                ], about: "run \(id)"))
    }
}
