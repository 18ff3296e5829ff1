extension TrackingClient {
    /// Asks whether runs of an experiment can be logged here, and changes nothing. For work that would be lost if that turned
    /// out after it.
    ///
    /// - Parameters:
    ///   - name: By name; need not exist.
    ///   - limit: How long to wait for the place's answers.
    /// - Throws: ``TrackingError``: with code ``TrackingError/Code/invalidState`` for a deleted experiment, with
    ///   ``TrackingError/Code/readOnly`` for a place that cannot be written, with ``TrackingError/Code/unavailable`` when the
    ///   time is over, and whatever the place says otherwise.
    public func check(experiment name: String, within limit: Duration = .seconds(30)) async throws {
        try EntityLimits.check(experimentName: name)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await store.checkWritable()
                if let found = try await store.experiment(named: name) { _ = try usable(found) }
            }
            group.addTask { [uri] in
                try await Task.sleep(for: limit)
                throw TrackingError(.unavailable, uri, "has not answered in \(limit)")
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }
}
