extension ONNXGraph {
    /// The logistic function of 64-bit numbers, written out: that of runtimes has less relative precision near 0.
    mutating func logistic(_ logOdds: String) -> String {
        let one = constant(.scalar(1.0))
        let inverseOdds = node("Exp", node("Neg", logOdds))
        return node("Div", one, node("Add", one, inverseOdds))
    }
}
