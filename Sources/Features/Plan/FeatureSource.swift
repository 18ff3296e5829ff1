/// What a feature depends on at most. Each case includes those before.
package enum FeatureSource: Int, Sendable, Hashable, Comparable {
    /// The values of the transaction itself.
    case transaction
    /// Earlier transactions.
    case history
    /// Labels of earlier transactions.
    case labels

    package static func < (left: FeatureSource, right: FeatureSource) -> Bool { left.rawValue < right.rawValue }
}

extension FeaturePlan {
    /// What each feature that models get depends on, by itself or through features declared before, in the order of ``names``.
    package var sources: [FeatureSource] {
        var known: [String: FeatureSource] = [:]
        var result: [FeatureSource] = []
        for feature in features {
            let source = feature.kind.inputs.reduce(feature.kind.ownSource) { max($0, known[$1] ?? .transaction) }
            known[feature.name] = source
            if feature.isOutput { result.append(source) }
        }
        return result
    }
}

extension FeatureKind {
    fileprivate var ownSource: FeatureSource {
        switch self {
        case .aggregate(let aggregate): aggregate.function.needsLabels ? .labels : .history
        case .timeSincePrevious, .isFirst, .distanceFromPrevious, .speedFromPrevious: .history
        case .custom(let custom): custom.settings["window_seconds"] == nil ? .transaction : .history
        case .expression, .calendar, .category, .distance: .transaction
        }
    }
}

extension FeaturePipeline {
    /// What each feature depends on, in the order of ``names``.
    package var sources: [FeatureSource] {
        switch featureSet {
        case .basic:
            names.map { _ in .transaction }
        case .windows:
            [.transaction, .transaction, .transaction]
                + windows.customerDays.flatMap { _ in [.history, .history] as [FeatureSource] }
                + windows.terminalDays.flatMap { _ in [.history, .labels] as [FeatureSource] }
        }
    }
}
