public import Features
import Columnar
import Essentials

/// What a cleaning of any columns drops: rules that can be added, removed and ordered. A row falls to the first rule that it
/// breaks.
///
///     var plan = TableCleaningPlan(for: schema)
///     plan.checks.insert(.range(column: "age", minimum: 18), at: 3)
///     plan.checks.removeAll { $0.rule == .amountOutlier }
public struct TableCleaningPlan: Sendable, Hashable {
    /// In their order. ``CleaningCheck/duplicate(_:)`` and ``CleaningCheck/outlier(_:)`` look at all rows: they come last, once
    /// at most, and in this order.
    public var checks: [CleaningCheck]
    /// The share of all rows, from 0 to 1, that a single rule may drop, as ``CleaningPlan/maximumDroppedShare``.
    public var maximumDroppedShare: Double

    /// A plan of these rules.
    public init(checks: [CleaningCheck], maximumDroppedShare: Double = 0.5) {
        self.checks = checks
        self.maximumDroppedShare = maximumDroppedShare
    }

    /// The rules of a ``CleaningPlan``, as far as the schema has the columns for them.
    public init(for schema: TransactionSchema, maximumDroppedShare: Double = 0.5) {
        var checks: [CleaningCheck] = [.malformed, .missing(), .invalid()]
        if schema.columns.contains(where: { !$0.unknownCodes.isEmpty }) { checks.append(.unknownCode()) }
        let hasAmount = schema.column(.amount) != nil
        if hasAmount { checks.append(.nonPositiveAmount) }
        if schema.column(.id) != nil { checks.append(.duplicate()) }
        if hasAmount { checks.append(.outlier(.standard)) }
        self.init(checks: checks, maximumDroppedShare: maximumDroppedShare)
    }

    /// The rule for outliers; none without one.
    var outliers: OutlierRule {
        for case .outlier(let rule) in checks { return rule }
        return .none
    }

    /// Replaces the rule for outliers, or adds it as the last one; removes it for ``OutlierRule/none``.
    public mutating func setOutliers(_ rule: OutlierRule) {
        checks.removeAll { $0.rule == .amountOutlier }
        if rule != .none { checks.append(.outlier(rule)) }
    }

    /// Replaces the rule for duplicates, or adds it before that for outliers.
    public mutating func setDuplicates(_ key: CleaningCheck.DuplicateKey) {
        checks.removeAll { $0.rule == .duplicate }
        checks.insert(.duplicate(key), at: checks.firstIndex { $0.rule == .amountOutlier } ?? checks.count)
    }

    /// - Throws: ``CleaningError/invalidPlan(message:)`` for rules in an order that cannot be kept, and names given twice.
    func validate() throws(CleaningError) {
        func failure(_ message: String) -> CleaningError { .invalidPlan(message: message) }
        let stages = checks.map { check in
            switch check {
            case .duplicate: 1
            case .outlier: 2
            default: 0
            }
        }
        for (index, stage) in stages.enumerated().dropFirst() where stage < stages[index - 1] {
            throw failure(
                "\(checks[index - 1].rule) comes before \(checks[index].rule): rules for duplicates, then for outliers, "
                    + "come last, since they look at all rows")
        }
        var names: Set<CleaningRule> = []
        for check in checks where !names.insert(check.rule).inserted {
            throw failure("the rule \(QuotedText.value(check.rule.rawValue)) is given twice")
        }
        guard checks.count <= RejectEntry.maximumRules else { throw failure("there are \(checks.count) rules") }
        guard (0...1).contains(maximumDroppedShare) else {
            throw failure("maximum_dropped_share is \(maximumDroppedShare), expected 0 to 1")
        }
    }

    /// Reads JSON, as ``json()`` writes it.
    /// - Throws: ``CleaningError/invalidPlan(message:)`` for text that is not a plan.
    public init(json: [UInt8]) throws(CleaningError) {
        do {
            self = try JSONDecoder().decode(TableCleaningPlan.self, from: Data(json))
        } catch let DecodingError.dataCorrupted(context) {
            throw .invalidPlan(message: CleaningPlan.located(context))
        } catch let DecodingError.typeMismatch(_, context) {
            throw .invalidPlan(message: CleaningPlan.located(context))
        } catch let DecodingError.valueNotFound(_, context) {
            throw .invalidPlan(message: CleaningPlan.located(context))
        } catch let DecodingError.keyNotFound(key, context) {
            throw .invalidPlan(
                message: "\(CleaningPlan.located(context)): '\(key.stringValue)' is missing")
        } catch {
            throw .invalidPlan(message: "\(error)")
        }
        try validate()
    }

    /// The plan as JSON: the rules in their order, and the share that one of them may drop.
    public func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self))
    }
}

extension TableCleaningPlan: Codable {
    private enum CodingKeys: String, CodingKey {
        case rules
        case maximumDroppedShare = "maximum_dropped_share"
        /// The same in reports, whose decoder changes names.
        case maximumDroppedShareOfReports = "maximumDroppedShare"
    }

    /// A share that is left out is 0.5.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        try decoder.refuseOtherKeys(than: ["rules", "maximum_dropped_share", "maximumDroppedShare"])
        self.init(
            checks: try container.decode([CleaningCheck].self, forKey: .rules),
            maximumDroppedShare: try container.decodeIfPresent(Double.self, forKey: .maximumDroppedShare)
                ?? container.decodeIfPresent(Double.self, forKey: .maximumDroppedShareOfReports) ?? 0.5)
    }

    /// Writes what ``init(from:)`` reads.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(checks, forKey: .rules)
        try container.encode(maximumDroppedShare, forKey: .maximumDroppedShare)
    }
}

extension TableCleaningPlan: CustomStringConvertible {
    /// One line for people.
    public var description: String { "drop \(checks.map(\.description).joined(separator: "; "))" }
}
