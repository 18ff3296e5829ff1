/// Values of one run that are logged together.
package struct RunBatch: Sendable {
    package var metrics: [Metric] = []
    package var parameters: [(key: String, value: String)] = []
    package var tags: [(key: String, value: String)] = []

    package init(
        metrics: [Metric] = [], parameters: [(key: String, value: String)] = [],
        tags: [(key: String, value: String)] = []
    ) {
        self.metrics = metrics
        self.parameters = parameters
        self.tags = tags
    }

    /// Metrics that MLflow would take.
    init(checking metrics: [Metric]) throws(TrackingError) {
        for metric in metrics { try EntityLimits.check(metric: metric) }
        self.init(metrics: metrics)
    }

    /// Parameters that MLflow would take, by ascending key.
    init(checking parameters: [String: String]) throws(TrackingError) {
        var entries: [(key: String, value: String)] = []
        for (key, value) in parameters {
            try EntityLimits.check(parameter: key, value)
            entries.append((key, value))
        }
        self.init(parameters: entries.sorted { $0.key < $1.key })
    }

    /// Tags that MLflow would take, by ascending key.
    init(checkingTags tags: [String: String]) throws(TrackingError) {
        var entries: [(key: String, value: String)] = []
        for (key, value) in tags {
            try EntityLimits.check(runTag: key, value)
            entries.append((key, value))
        }
        self.init(tags: entries.sorted { $0.key < $1.key })
    }

    var isEmpty: Bool { metrics.isEmpty && parameters.isEmpty && tags.isEmpty }
}

/// How much a store takes at once.
package struct BatchLimits: Sendable {
    package var metrics: Int
    package var parameters: Int
    package var tags: Int
    package var total: Int
    /// How many batches of metrics should be sent at the same time.
    package var concurrentParts = 1
}

extension RunBatch {
    /// Batches within the limits, parameters first, so that one that is refused stops the batch before its metrics.
    func split(_ limits: BatchLimits) -> [RunBatch] {
        var batches: [RunBatch] = []
        var current = RunBatch()
        var room = limits.total
        func close() {
            if !current.isEmpty { batches.append(current) }
            current = RunBatch()
            room = limits.total
        }
        for parameter in parameters {
            if current.parameters.count == limits.parameters || room == 0 { close() }
            current.parameters.append(parameter)
            room -= 1
        }
        for tag in tags {
            if current.tags.count == limits.tags || room == 0 { close() }
            current.tags.append(tag)
            room -= 1
        }
        var position = 0
        while position < metrics.count {
            if current.metrics.count == limits.metrics || room == 0 { close() }
            let count = min(metrics.count - position, limits.metrics - current.metrics.count, room)
            current.metrics += metrics[position..<position + count]
            room -= count
            position += count
        }
        close()
        return batches
    }
}
