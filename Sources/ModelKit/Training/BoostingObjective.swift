/// A loss of one's own instead of the log loss.
///
/// A score is the sum of a row's leaf values, and the model's probability is its logistic function, as for the log loss.
public struct BoostingObjective: Sendable {
    /// Where scores start; nil: the log-odds of the positive rows' weight.
    public var baseScore: Double?
    /// The first and second derivative of a row's loss with respect to its score, before the row's weight. It is called on several
    /// threads; equal arguments must give equal values.
    public var derivatives:
        @Sendable (_ row: Int, _ score: Double, _ label: UInt8) -> (gradient: Double, hessian: Double)

    /// An objective. Gradients must be finite, hessians finite and not negative.
    public init(
        baseScore: Double? = nil,
        derivatives:
            @escaping @Sendable (_ row: Int, _ score: Double, _ label: UInt8) -> (
                gradient: Double, hessian: Double
            )
    ) {
        self.baseScore = baseScore
        self.derivatives = derivatives
    }
}
