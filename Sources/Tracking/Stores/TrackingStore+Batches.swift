extension TrackingStore {
    /// Logs a batch of any size in parts that the store accepts: those with parameters and tags one after another, the
    /// rest of the metrics, whose order means nothing, several at once.
    ///
    /// When a part is refused, others may have been stored.
    func log(whole batch: RunBatch, toRun id: String) async throws {
        var parts = batch.split(batchLimits)[...]
        while let part = parts.first, !part.parameters.isEmpty || !part.tags.isEmpty || parts.count == 1 {
            try await log(part, toRun: id)
            parts.removeFirst()
        }
        guard !parts.isEmpty else { return }
        let limit = max(1, batchLimits.concurrentParts)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, part) in parts.enumerated() {
                if index >= limit { try await group.next() }
                group.addTask { try await log(part, toRun: id) }
            }
            try await group.waitForAll()
        }
    }
}
