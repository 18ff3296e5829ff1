extension ONNXGraph {
    /// Adds the nodes that calibrate 64-bit probabilities.
    /// - Throws: ``ModelError/invalidSetting(_:)`` for isotonic regression.
    mutating func calibrated(_ probability: String, _ calibration: Calibration) throws(ModelError) -> String {
        // Factors of ln p and of ln(1 - p), and the constant.
        let (first, second, constant): (Double, Double, Double)
        switch calibration {
        case .platt(let platt): (first, second, constant) = (platt.slope, -platt.slope, platt.intercept)
        case .beta(let beta): (first, second, constant) = (beta.a, -beta.b, beta.c)
        case .isotonic: throw .invalidSetting("isotonic regression has no ONNX form; calibrate by platt or beta")
        }
        let ends = [Calibration.clipped(0), Calibration.clipped(1)].map { self.constant(.scalar($0)) }
        let clipped = node("Clip", [probability] + ends, resultCount: 1)[0]
        let complement = node("Sub", self.constant(.scalar(1.0)), clipped)
        let terms = [
            node("Mul", node("Log", clipped), self.constant(.scalar(first))),
            node("Mul", node("Log", complement), self.constant(.scalar(second))),
            self.constant(.scalar(constant)),
        ]
        return logistic(node("Sum", terms, resultCount: 1)[0])
    }
}
