import Essentials

/// The result of a cleaning. `rowsRead - rowsKept` is the sum of the rules' rows.
public struct CleaningReport: Sendable, Hashable, Codable {
    /// One rule and the rows that it dropped.
    public struct RuleOutcome: Sendable, Hashable, Codable {
        /// The rule that they broke.
        public var rule: CleaningRule
        /// How many rows it dropped.
        public var rows: Int
        /// Rows among them whose tx_fraud is readable and 1.
        public var frauds: Int
        /// The first of them, in input order.
        public var samples: [RejectedRow]
    }

    /// One input.
    public struct Input: Sendable, Hashable, Codable {
        /// The path or URL.
        public var name: String
        /// As stored, before decompression.
        public var bytes: Int64
        /// Headers and blank lines do not count.
        public var rows: Int
    }

    /// The amounts that passed all rules but the last.
    public struct Amounts: Sendable, Hashable, Codable {
        /// How many amounts there are.
        public var count: Int
        /// With linear interpolation.
        public var firstQuartile: Double
        /// With linear interpolation.
        public var median: Double
        /// With linear interpolation.
        public var thirdQuartile: Double
        /// Amounts below it were dropped; nil for no bound.
        public var lowerFence: Double?
        /// Amounts above it were dropped; nil for no bound.
        public var upperFence: Double?
    }

    /// The number of amounts in `lower ..< upper`.
    public struct AmountBin: Sendable, Hashable, Codable {
        /// Inclusive.
        public var lower: Double
        /// Exclusive.
        public var upper: Double
        /// Of the rows that passed all rules but the last.
        public var before: Int
        /// Of the rows kept.
        public var after: Int
    }

    /// The plan of the cleaning; of one by a schema only the settings that both kinds of plans have.
    public var plan: CleaningPlan
    /// The plan of a cleaning by a schema; nil for one of the nine columns.
    public var tablePlan: TableCleaningPlan?
    /// In the order read.
    public var inputs: [Input]
    /// The files written; none when the rows dropped were too many.
    public var outputs: [String]
    /// The files with the dropped rows; nil if they were not requested.
    public var rejects: [String]?
    /// The run's part of an incremental data set; nil if one run wrote the whole output.
    public var increment: Increment?
    /// Rows of all inputs.
    public var rowsRead: Int
    /// Rows written.
    public var rowsKept: Int
    /// Rows kept whose tx_fraud is 1.
    public var fraudsKept: Int
    /// All rules, in their order.
    public var rules: [RuleOutcome]
    /// Nil when no row passed the rules before the last.
    public var amounts: Amounts?
    /// Consecutive bins; empty when no row passed the rules before the last.
    public var histogram: [AmountBin]
    /// Bytes that were stored in temporary files.
    public var spilledBytes: Int
    /// From the first byte read to the last one written.
    public var seconds: Double

    /// Rows read a second.
    public var rowsPerSecond: Double { seconds > 0 ? Double(rowsRead) / seconds : 0 }

    /// The rules that dropped a larger share of the rows than the plan allows; all that dropped any when nothing is left.
    public var rulesBeyondLimit: [CleaningRule] {
        let limit = plan.maximumDroppedShare
        guard limit < 1, rowsRead > 0 else { return [] }
        return rules.filter { $0.rows > 0 && (rowsKept == 0 || Double($0.rows) > limit * Double(rowsRead)) }.map(\.rule)
    }

    /// The rows that a rule dropped, and the frauds among them; none for a rule that the plan does not have.
    public subscript(rule: CleaningRule) -> RuleOutcome {
        rules.first { $0.rule == rule } ?? RuleOutcome(rule: rule, rows: 0, frauds: 0, samples: [])
    }

    /// The report as JSON, keys in snake_case and sorted.
    public func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return Array(try encoder.encode(self))
    }
}

extension CleaningReport {
    /// Reads what ``json()`` wrote.
    public init(json: [UInt8]) throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        self = try decoder.decode(CleaningReport.self, from: Data(json))
    }
}
