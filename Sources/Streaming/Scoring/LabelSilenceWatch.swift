import Logging
import Scoring

/// Warns, once each time, when there has been no label for so long that features of known frauds become outdated.
struct LabelSilenceWatch {
    private var isSilent = false

    mutating func look(at scorer: OnlineScorer, _ recorder: ScoringRecorder, _ logger: Logger) {
        guard let silence = scorer.labelSilence else { return }
        recorder.noteLabelSilence(silence)
        defer { isSilent = silence.isTooLong }
        guard silence.isTooLong, !isSilent else { return }
        let days = { (duration: Duration) in Int((duration / .seconds(86_400)).rounded()) }
        logger.warning(
            """
            no label has come for \(days(silence.duration)) days of transactions, more than the \(days(silence.limit)) after which \
            frauds count as known: what features know of frauds fades. Labels come from the label topic, or with transactions.
            """)
    }
}
