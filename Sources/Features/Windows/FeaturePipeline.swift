import Columnar

/// Computes the features of transactions. Batch job, stream and service call the same code and get bit-identical values for
/// the same history.
public struct FeaturePipeline: Sendable, Hashable {
    /// Which features.
    public let featureSet: FeatureSet
    /// Of no effect in ``FeatureSet/basic``.
    public let windows: FeatureWindows

    /// The Handbook's features by default.
    public init(_ set: FeatureSet = .windows, windows: FeatureWindows = .handbook) {
        featureSet = set
        self.windows = windows
    }

    /// The features' names, in their order. The window features have the Handbook's names in lower case.
    public var names: [String] {
        switch featureSet {
        case .basic:
            return BasicFeatures.names
        case .windows:
            let customer = windows.customerDays.flatMap {
                ["customer_id_nb_tx_\($0)day_window", "customer_id_avg_amount_\($0)day_window"]
            }
            let terminal = windows.terminalDays.flatMap {
                ["terminal_id_nb_tx_\($0)day_window", "terminal_id_risk_\($0)day_window"]
            }
            return ["tx_amount", "tx_during_weekend", "tx_during_night"] + customer + terminal
        }
    }

    /// The number of features.
    public var count: Int {
        switch featureSet {
        case .basic: BasicFeatures.names.count
        case .windows: 3 + 2 * (windows.customerDays.count + windows.terminalDays.count)
        }
    }

    /// Whether features depend on earlier transactions.
    public var usesHistory: Bool { featureSet == .windows }

    /// An empty state for this pipeline.
    public func makeState(latenessDays: Int = 7) -> FeatureState {
        FeatureState(windows: windows, latenessDays: latenessDays)
    }

    /// - Throws: ``FeatureError/stateMismatch(expected:actual:)`` when the state was kept for other windows.
    public func requireState(_ state: FeatureState) throws(FeatureError) {
        guard state.windows == windows else { throw .stateMismatch(expected: windows, actual: state.windows) }
    }

    /// Writes the features of a transaction that is not recorded yet to `row`. Records and allocates nothing.
    /// - Precondition: the state fits (``requireState(_:)``), and `row` has room for ``count`` values.
    public func compute(_ transaction: Transaction, state: FeatureState, into row: UnsafeMutableBufferPointer<Float>) {
        precondition(row.count >= count, "no room for the features")
        switch featureSet {
        case .basic:
            BasicFeatures.compute(
                dateTime: transaction.dateTime, terminalID: transaction.terminalID, amount: transaction.amount
            ) { row[$0] = $1 }
        case .windows:
            let time = DayTime(transaction.dateTime)
            row[0] = Float(transaction.amount)
            row[1] = time.isWeekend ? 1 : 0
            row[2] = time.isNight ? 1 : 0
            let history = state.customers.history(of: transaction.customerID) ?? EventHistory()
            withUnsafePointer(to: history) { history in
                state.spans.customerFeatures(
                    time: transaction.dateTime, amount: ExactAmount(transaction.amount), history: history
                ) { window, count, mean in
                    row[3 + 2 * window] = count
                    row[4 + 2 * window] = mean
                }
            }
            let start = 3 + 2 * state.spans.customer.count
            state.spans.terminalFeatures(
                time: transaction.dateTime,
                history: state.terminals.history(of: transaction.terminalID) ?? EventHistory()
            ) { window, count, risk in
                row[start + 2 * window] = count
                row[start + 1 + 2 * window] = risk
            }
        }
    }
}

extension FeaturePipeline: Codable {
    private enum CodingKeys: String, CodingKey { case set, windows }

    /// Reads `{"set": ..., "windows": {...}}`; without windows the Handbook's.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            try container.decode(FeatureSet.self, forKey: .set),
            windows: try container.decodeIfPresent(FeatureWindows.self, forKey: .windows) ?? .handbook)
    }

    /// Writes `{"set": ..., "windows": {...}}`, without windows for ``FeatureSet/basic``.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(featureSet, forKey: .set)
        if usesHistory { try container.encode(windows, forKey: .windows) }
    }
}
