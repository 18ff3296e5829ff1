extension TrackingClient {
    /// Checks whether runs of an experiment can be logged here, and changes nothing. For use before long work whose
    /// results would otherwise be lost.
    ///
    /// - Parameters:
    ///   - name: By name; need not exist.
    ///   - limit: How long to wait for responses.
    /// - Throws: ``TrackingError``: with code ``TrackingError/Code/invalidState`` for a deleted experiment, with
    ///   ``TrackingError/Code/readOnly`` for a store that cannot be written, with ``TrackingError/Code/unavailable``
    ///   when the timeout expires, and the store's own errors otherwise.
    public func check(experiment name: String, within limit: Duration = .seconds(30)) async throws {
        try EntityLimits.check(experimentName: name)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await store.checkWritable()
                if let found = try await store.experiment(named: name) { _ = try usable(found) }
            }
            group.addTask { [uri] in
                try await Task.sleep(for: limit)
                throw TrackingError(.unavailable, uri, "has not responded in \(limit)")
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }
}
