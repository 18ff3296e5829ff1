import Essentials
import Pipelines
import Scoring

extension VerificationJob.Result {
    /// The result for people.
    package var text: String {
        var lines = [
            "identical   \(identical) of \(compared)",
            "history     \(history.text)",
            "labels      \(labels.text)",
        ]
        if notInData > 0 {
            let more = notInData > firstNotInData.count ? ", ..." : ""
            lines.append(
                "missing     \(notInData) scored but not in the data: \(firstNotInData.joined(separator: ", "))\(more)")
        }
        if withoutDigest > 0 { lines.append("no digest   \(withoutDigest) scores") }
        if repeated > 0 { lines.append("repeated    \(repeated) scores, with the same features") }
        if repeatedInData > 0 { lines.append("repeated    \(repeatedInData) transactions in the data") }
        if notScored > 0 { lines.append("not scored  \(notScored) transactions in the data") }
        for reason in reasons { lines.append("different   \(reason.count): \(reason.reason.text)") }
        for alternative in alternatives {
            lines.append(
                "explained   \(alternative.identical) are identical where the history is \(alternative.history.text) and "
                    + "labels are \(alternative.labels.text)")
        }
        if compared > 0, identical == 0 { lines.append("hint        none is identical: was it this model?") }
        for difference in differences { lines.append(difference.text) }
        lines.append("seconds     \(seconds.text(decimals: 2))")
        return lines.joined(separator: "\n")
    }
}

extension VerificationJob.Result.Difference {
    fileprivate var text: String {
        let values = features.map { "\($0.name) is \($0.value.isNaN ? "missing" : "\($0.value)") now" }
        let details = ([time].compactMap { $0 } + [reason.text] + values).joined(separator: "; ")
        return "  \(id)  \(details)"
    }
}

extension VerificationReason {
    fileprivate var text: String {
        switch self {
        case .otherFeatures: "other features: another model or plan scored"
        case .transaction: "the transaction has other values now"
        case .history: "earlier transactions are missing, changed, or came after the score"
        case .historyStart: "the features started from another history"
        case .labels: "labels of earlier transactions came after the score, or changed"
        case .labelUse: "the scorer had other labels: none, or those left out here"
        case .unknown: "one feature changed, or the names; the digest does not show which"
        }
    }
}

extension LabelUse {
    fileprivate var text: String {
        switch self {
        case .known: "those in the data, from when they were known"
        case .none: "not known"
        }
    }
}
