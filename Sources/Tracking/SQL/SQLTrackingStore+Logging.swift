extension SQLTrackingStore {
    func log(_ batch: RunBatch, toRun id: String) async throws {
        try await database.write { session in
            try checkActive(session, run: id)
            try insert(session, parameters: batch.parameters, run: id)
            try insert(session, metrics: batch.metrics, run: id)
            for (key, value) in batch.tags {
                if key == MLflowTag.runName {
                    try setName(session, value, ofRun: id)
                } else {
                    try upsert(session, table: "tags", owner: [("run_uuid", .text(id))], key: key, value: value)
                }
            }
        }
    }

    /// Parameters never change: one that is there stays, and another value for it is an error.
    private func insert(
        _ session: any SQLSession, parameters: [(key: String, value: String)], run id: String
    ) throws {
        guard !parameters.isEmpty else { return }
        var known: [ExactText: ExactText] = [:]
        for part in parameters.parts(of: 500) {
            let query =
                SQLFragment("SELECT key, value FROM params WHERE run_uuid = ? AND key IN (", [.text(id)])
                + .list(part.map { .text($0.key) }) + SQLFragment(")")
            for row in try session.query(query) { known[ExactText(row.text(0))] = ExactText(row.text(1)) }
        }
        var rows: [[SQLValue]] = []
        for (key, value) in parameters {
            if let earlier = known[ExactText(key)] {
                guard earlier == ExactText(value) else {
                    throw TrackingError.changedParameter(key, of: id, from: earlier.text, to: value)
                }
            } else {
                known[ExactText(key)] = ExactText(value)
                rows.append([.text(key), .text(value), .text(id)])
            }
        }
        try session.execute("INSERT INTO params (key, value, run_uuid) VALUES (?, ?, ?)", rows: rows)
    }

    /// MLflow's rule: the history keeps each point once; the latest is that of the greatest (step, timestamp, value),
    /// where NaN counts as the 0 that is stored for it.
    private func insert(_ session: any SQLSession, metrics: [Metric], run id: String) throws {
        guard !metrics.isEmpty else { return }
        var latest: [ExactText: StoredMetric] = [:]
        var rows: [[SQLValue]] = []
        rows.reserveCapacity(metrics.count)
        for metric in metrics {
            let stored = StoredMetric(metric)
            rows.append(stored.row(key: metric.key, run: id))
            let key = ExactText(metric.key)
            if latest[key].map({ stored > $0 }) ?? true { latest[key] = stored }
        }
        try session.insertMissing(
            into: "metrics", columns: ["key", "value", "timestamp", "step", "is_nan", "run_uuid"], rows: rows)
        try session.execute(
            """
            INSERT INTO latest_metrics (key, value, timestamp, step, is_nan, run_uuid) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (key, run_uuid) DO UPDATE SET
            value = excluded.value, timestamp = excluded.timestamp, step = excluded.step, is_nan = excluded.is_nan
            WHERE (excluded.step, excluded.timestamp, excluded.value)
            > (latest_metrics.step, latest_metrics.timestamp, latest_metrics.value)
            """, rows: latest.sorted { $0.key.text < $1.key.text }.map { $0.value.row(key: $0.key.text, run: id) })
    }
}

/// A metric as tables hold it: NaN is 0 with a mark, infinities are the largest finite values.
private struct StoredMetric: Comparable {
    let value: Double
    let isNaN: Bool
    let timestamp: Timestamp
    let step: Int64

    init(_ metric: Metric) {
        isNaN = metric.value.isNaN
        let largest = Double.greatestFiniteMagnitude
        value = isNaN ? 0 : min(max(metric.value, -largest), largest)
        timestamp = metric.timestamp
        step = metric.step
    }

    static func < (left: StoredMetric, right: StoredMetric) -> Bool {
        (left.step, left.timestamp, left.value) < (right.step, right.timestamp, right.value)
    }

    func row(key: String, run id: String) -> [SQLValue] {
        [.text(key), .real(value), SQLValue(timestamp), .integer(step), .boolean(isNaN), .text(id)]
    }
}
