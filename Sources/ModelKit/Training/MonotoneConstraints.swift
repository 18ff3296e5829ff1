/// How probabilities may depend on a feature.
public enum Monotonicity: String, Sendable, Hashable, Codable, CaseIterable {
    /// A greater value never gives a lower probability.
    case increasing
    /// A greater value never gives a higher probability.
    case decreasing
}

/// The range of values that a leaf may have, so that no split below a split on a constrained feature undoes its order.
///
/// As XGBoost does it: a split on a constrained feature needs values of the right order, and their mean becomes the limit of
/// both sides.
struct LeafLimits: Sendable, Hashable {
    var lower = -Double.infinity
    var upper = Double.infinity

    func clamped(_ value: Double) -> Double { min(max(value, lower), upper) }

    /// The limits of the two sides of a split.
    /// - Parameters:
    ///   - left: the value of the left side within these limits; `right` likewise.
    ///   - direction: that of the split's feature.
    func divided(left: Double, right: Double, direction: Monotonicity?) -> (left: LeafLimits, right: LeafLimits) {
        let middle = (left + right) / 2
        switch direction {
        case nil: return (self, self)
        case .increasing: return (LeafLimits(lower: lower, upper: middle), LeafLimits(lower: middle, upper: upper))
        case .decreasing: return (LeafLimits(lower: middle, upper: upper), LeafLimits(lower: lower, upper: middle))
        }
    }
}

extension Monotonicity {
    /// By position; empty where nothing is constrained.
    /// - Throws: ``ModelError/invalidSetting(_:)`` for a feature that is not there.
    static func byPosition(
        _ constraints: [String: Monotonicity], in names: [String]
    ) throws(ModelError) -> [Int: Monotonicity] {
        var result: [Int: Monotonicity] = [:]
        for (name, direction) in constraints.sorted(by: { $0.key < $1.key }) {
            guard let position = names.firstIndex(of: name) else {
                throw .invalidSetting("monotoneConstraints name the feature '\(name)', which is not there")
            }
            result[position] = direction
        }
        return result
    }
}
