extension FeatureState {
    /// How many transactions of a terminal in exactly that microsecond the state has, and how many of them as frauds.
    package func labelCounts(terminalID: Int64, dateTime: Int64) -> (transactions: Int, frauds: Int) {
        guard let history = terminals.history(of: terminalID) else { return (0, 0) }
        let end = history.position(after: dateTime)
        let start = dateTime == .min ? 0 : history.position(after: dateTime - 1)
        return (end - start, Int(history.sum(from: start, to: end)))
    }

    /// The latest time whose labels no terminal's window can reach any more; nil without history.
    package var labelHorizon: Int64? {
        watermarkDateTime.map { spans.terminalHorizon(newest: $0, lateness: lateness) }
    }
}
