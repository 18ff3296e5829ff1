/// The requirements of metrics on scores, labels and weights.
enum EvaluationInput {
    /// Lengths fit, labels are 0 or 1, scores are numbers, weights are finite, not negative and not all 0.
    static func validate(scores: [Double], labels: [UInt8], weights: [Float]? = nil) throws(ModelError) {
        try validateShapes(scores: scores, labels: labels, weights: weights)
        for index in scores.indices where scores[index].isNaN {
            throw .unusableData("the score of row \(index) is not a number")
        }
    }

    /// As ``validate(scores:labels:weights:)``, and scores are probabilities, 0 to 1.
    static func validateProbabilities(_ scores: [Double], labels: [UInt8], weights: [Float]? = nil) throws(ModelError) {
        try validateShapes(scores: scores, labels: labels, weights: weights)
        for index in scores.indices where !(scores[index] >= 0 && scores[index] <= 1) {
            throw .unusableData("the score of row \(index) is \(scores[index]), not a probability from 0 to 1")
        }
    }

    /// Ranking is measured between the classes: both must occur, with some weight.
    static func requireBothClasses(_ labels: [UInt8], _ weights: [Float]? = nil) throws(ModelError) {
        var isSeen = [false, false]
        if let weights {
            for index in labels.indices where weights[index] > 0 { isSeen[Int(labels[index])] = true }
        } else {
            let positives = labels.reduce(0) { $0 + Int($1) }
            isSeen = [positives < labels.count, positives > 0]
        }
        guard isSeen[0], isSeen[1] else {
            let missing = isSeen[1] ? 0 : 1
            throw .unusableData(
                "no row has the label \(missing)\(weights == nil ? "" : " and a weight above 0"); "
                    + "ranking is measured between the two classes")
        }
    }

    private static func validateShapes(scores: [Double], labels: [UInt8], weights: [Float]?) throws(ModelError) {
        guard scores.count == labels.count else {
            throw .shapeMismatch("\(scores.count) scores for \(labels.count) labels")
        }
        guard !scores.isEmpty else { throw .unusableData("there are no rows to evaluate") }
        guard scores.count <= Int(UInt32.max) else {
            throw .shapeMismatch("\(scores.count) rows; at most 2^32 - 1 can be ranked")
        }
        try validateLabels(labels)
        if let weights { try validateWeights(weights, count: labels.count) }
    }

    /// Labels are 0 or 1.
    static func validateLabels(_ labels: [UInt8]) throws(ModelError) {
        var bits: UInt8 = 0
        for label in labels { bits |= label }
        if bits > 1, let index = labels.firstIndex(where: { $0 > 1 }) {
            throw .unusableData("the label of row \(index) is \(labels[index]), not 0 or 1")
        }
    }

    /// There is one weight per row; weights are finite, not negative and not all 0.
    static func validateWeights(_ weights: [Float], count: Int) throws(ModelError) {
        guard weights.count == count else { throw .shapeMismatch("\(weights.count) weights for \(count) labels") }
        var isPositive = false
        for index in weights.indices {
            guard weights[index] >= 0, weights[index].isFinite else {
                throw .unusableData(
                    "the weight of row \(index) is \(weights[index]), not a finite number of at least 0")
            }
            isPositive = isPositive || weights[index] > 0
        }
        guard isPositive else { throw .unusableData("all weights are 0") }
    }
}
