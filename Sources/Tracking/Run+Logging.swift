extension Run {
    /// Logs parameters. Logging the same value again is not an error; another value for a key is.
    ///
    /// Values are stored as their description: `["depth": 5, "rate": 0.1]` as `5` and `0.1`.
    /// - Throws: ``TrackingError`` for a key that MLflow would refuse, and for a value of more than 6000 characters.
    public func log(parameters: [String: any CustomStringConvertible]) async throws {
        try await log(RunBatch(checking: parameters.mapValues(\.description)))
    }

    /// Logs one parameter; see ``log(parameters:)``.
    public func log(parameter key: String, _ value: some CustomStringConvertible) async throws {
        try await log(parameters: [key: value])
    }

    /// Logs one value of a metric.
    ///
    /// - Parameters:
    ///   - value: May be NaN or infinite; see ``Metric/value``.
    ///   - step: Position in the run's own count.
    ///   - timestamp: When it was measured; now by default.
    public func log(metric key: String, _ value: Double, step: Int64 = 0, timestamp: Timestamp? = nil) async throws {
        try await log([Metric(key: key, value: value, timestamp: timestamp ?? .now, step: step)])
    }

    /// Logs values of several metrics for one step.
    public func log(metrics: [String: Double], step: Int64 = 0, timestamp: Timestamp? = nil) async throws {
        let time = timestamp ?? .now
        try await log(metrics.map { Metric(key: $0.key, value: $0.value, timestamp: time, step: step) })
    }

    /// Logs any number of metric values, a batch at a time. A point that is stored already is not stored twice.
    public func log(_ metrics: [Metric]) async throws {
        try await log(RunBatch(checking: metrics))
    }

    /// Sets a tag, replacing an earlier value.
    public func setTag(_ key: String, _ value: String) async throws { try await setTags([key: value]) }

    /// Sets tags, replacing earlier values.
    /// - Throws: ``TrackingError`` for a key that MLflow would refuse, and for a value of more than 8000 characters.
    public func setTags(_ tags: [String: String]) async throws {
        try await log(RunBatch(checkingTags: tags))
    }

    /// Records data sets that the run has read. Recording one again replaces its tags; a server keeps those of the
    /// first time.
    /// - Throws: ``TrackingError`` for what MLflow would refuse; see ``DatasetInput``.
    public func log(inputs: [DatasetInput]) async throws {
        for input in inputs { try EntityLimits.check(input: input) }
        try await client.store.log(inputs, toRun: id)
    }

    /// Removes a tag.
    /// - Throws: ``TrackingError`` with code ``TrackingError/Code/notFound`` when there is none.
    public func deleteTag(_ key: String) async throws { try await client.store.deleteTag(key, ofRun: id) }

    private func log(_ batch: RunBatch) async throws {
        try await client.store.log(whole: batch, toRun: id)
    }
}
