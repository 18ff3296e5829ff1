/// What a label did to the history.
public enum LabelOutcome: Sendable, Hashable, CaseIterable {
    /// The history has changed.
    case applied
    /// The history said so already, as after the same label before.
    case unchanged
    /// Its transaction has not come yet; it takes effect when that is recorded.
    case pending
    /// No window can reach its transaction any more, or the model uses no history.
    case unknown
}
