public import ModelKit

/// Which candidates replace the champion.
public enum PromotionPolicy: String, Sendable, Hashable, Codable, CaseIterable {
    /// Those that the test rows show to be better.
    case better
    /// Also those that the test rows do not tell from the champion.
    case notWorse = "not-worse"
    /// Whatever the comparison says, as for a rollback.
    case always

    /// Whether a candidate with that verdict replaces the champion.
    public func accepts(_ verdict: ModelComparison.Verdict) -> Bool {
        switch self {
        case .better: verdict == .better
        case .notWorse: verdict != .worse
        case .always: true
        }
    }
}
