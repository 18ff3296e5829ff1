/// How long no label has come that the history could use, in the time of the transactions.
///
/// A terminal's windows end a label's delay before the transaction, where frauds are taken to be known. Once transactions have
/// advanced by that delay without a label, the windows begin to reach transactions that nobody has told of, and a terminal's
/// risk fades to none.
public struct LabelSilence: Sendable, Hashable {
    /// From the newest transaction when the last label came, or when the history was loaded, to the newest one now.
    public var seconds: Double
    /// The model's label delay.
    public var limit: Double

    /// Whether labels have been missing for longer than the delay.
    public var isTooLong: Bool { seconds > limit }
}
