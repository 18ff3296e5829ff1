package import ModelKit

/// Which candidates replace the champion.
package enum PromotionPolicy: String, Sendable, Hashable, Codable, CaseIterable {
    /// Those that the test rows show to be better.
    case better
    /// Also those that the test rows do not tell from the champion.
    case notWorse = "not-worse"
    /// Whatever the comparison says, as for a rollback.
    case always

    package func accepts(_ verdict: ModelComparison.Verdict) -> Bool {
        switch self {
        case .better: verdict == .better
        case .notWorse: verdict != .worse
        case .always: true
        }
    }
}
