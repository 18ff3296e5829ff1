public import Scoring

/// What a ``ScoringStream`` has done so far.
public struct ScoringStatistics: Sendable, Hashable {
    /// Messages scored, malformed ones among them.
    public internal(set) var records = 0
    /// Messages that are not transactions.
    public internal(set) var malformed = 0
    /// Labels read, those read again after a start among them.
    public internal(set) var labels = 0
    /// Messages of the label topic that are not labels.
    public internal(set) var malformedLabels = 0
    /// How long there has been no label, in the time of the transactions; nil for a model that uses no history.
    public internal(set) var labelSilence: LabelSilence?
    /// Dead letters of which only a part was passed on, since the brokers accept no more; a dead letter may count
    /// twice.
    public internal(set) var cutDeadLetters = 0
    /// Dead letters and results that the brokers refuse for good; each has a line in the log.
    public internal(set) var undeliverable = 0
    /// Transactions predicted to be frauds.
    public internal(set) var predictedFrauds = 0
    /// Messages whose results are acknowledged.
    public internal(set) var delivered = 0
    /// Micro-batches.
    public internal(set) var batches = 0
    /// Models that replaced an earlier one.
    public internal(set) var modelReplacements = 0
    /// Messages not scored yet, as of the brokers' last response.
    public internal(set) var lag: Int64 = 0
    /// Offsets at which no message came: the brokers had deleted it before it was read.
    public internal(set) var skippedOffsets: Int64 = 0
    /// From the first micro-batch until the last result was acknowledged.
    public internal(set) var duration: Duration = .zero
    /// The latency of the last micro-batch, from the start of its scoring until its results were acknowledged.
    public internal(set) var lastLatency: Duration = .zero
    /// The mean latency of micro-batches.
    public internal(set) var meanLatency: Duration = .zero
    /// The longest latency of a micro-batch.
    public internal(set) var longestLatency: Duration = .zero

    /// Messages a second over ``duration``.
    public var recordsPerSecond: Double {
        duration > .zero ? Double(delivered) / (duration / .seconds(1)) : 0
    }
}
