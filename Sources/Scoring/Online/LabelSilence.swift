/// How long there has been no label that the history could use, in the time of the transactions.
///
/// A terminal's windows end a label's delay before the transaction, where frauds are taken to be known. Once
/// transactions have advanced by that delay without a label, the windows begin to reach transactions without labels,
/// and a terminal's risk falls to zero.
public struct LabelSilence: Sendable, Hashable {
    /// From the newest transaction at the time of the last label, or when the history was loaded, to the newest one
    /// now.
    public var duration: Duration
    /// The model's label delay.
    public var limit: Duration

    /// Whether labels have been missing for longer than the delay.
    public var isTooLong: Bool { duration > limit }
}
