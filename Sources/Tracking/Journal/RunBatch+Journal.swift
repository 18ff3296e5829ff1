// How a journal collects values, and splits and describes what is refused.
extension RunBatch {
    /// Adds parameters, except those that are in the batch already with the same value.
    mutating func add(parameters new: [String: String]) {
        for entry in new.sorted(by: { $0.key < $1.key })
        where !parameters.contains(where: { $0.key == entry.key && $0.value == entry.value }) {
            parameters.append((entry.key, entry.value))
        }
    }

    /// Sets tags; the last value counts.
    mutating func add(tags new: [String: String]) {
        for entry in new.sorted(by: { $0.key < $1.key }) {
            tags.removeAll { $0.key == entry.key }
            tags.append((entry.key, entry.value))
        }
    }

    /// Two parts of about the same size; nil for a single value.
    var halves: (RunBatch, RunBatch)? {
        // Kinds apart first: a refused parameter must not take metrics along.
        if !metrics.isEmpty, !(parameters.isEmpty && tags.isEmpty) {
            return (RunBatch(parameters: parameters, tags: tags), RunBatch(metrics: metrics))
        }
        if !parameters.isEmpty, !tags.isEmpty { return (RunBatch(parameters: parameters), RunBatch(tags: tags)) }
        func half<Element>(_ all: [Element]) -> ([Element], [Element]) {
            (Array(all[..<(all.count / 2)]), Array(all[(all.count / 2)...]))
        }
        guard parameters.count + tags.count + metrics.count > 1 else { return nil }
        let (firstMetrics, lastMetrics) = half(metrics)
        let (firstParameters, lastParameters) = half(parameters)
        let (firstTags, lastTags) = half(tags)
        return (
            RunBatch(metrics: firstMetrics, parameters: firstParameters, tags: firstTags),
            RunBatch(metrics: lastMetrics, parameters: lastParameters, tags: lastTags)
        )
    }

    var summary: String {
        var parts: [String] = []
        if !parameters.isEmpty { parts.append("parameters \(parameters.map(\.key).joined(separator: ", "))") }
        if !tags.isEmpty { parts.append("tags \(tags.map(\.key).joined(separator: ", "))") }
        if metrics.count == 1, let metric = metrics.first {
            parts.append("metric '\(metric.key)' = \(metric.value) at step \(metric.step)")
        } else if !metrics.isEmpty {
            parts.append("\(metrics.count) values of metrics")
        }
        return parts.joined(separator: ", ")
    }
}
