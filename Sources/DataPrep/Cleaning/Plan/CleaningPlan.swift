public import Features
import Essentials

/// What cleaning drops and repairs: a value that can be printed, stored as JSON and run by any engine.
///
/// ``CleaningRule`` lists the rules. Fields are compared and parsed without spaces and tabs around them.
public struct CleaningPlan: Sendable, Hashable {
    /// What makes two rows duplicates.
    public enum DuplicateKey: String, Sendable, Hashable, Codable, CaseIterable {
        /// The same transaction_id.
        case transactionID
        /// The same value in all nine columns.
        case wholeRow
    }

    /// Which amounts are outliers.
    public var outliers: OutlierRule
    /// What makes two rows duplicates.
    public var duplicates: DuplicateKey
    /// The customer_ids that mean 'unknown', in any order.
    public var unknownCustomers: [Int64]
    /// Whether `tx_time_days` is recomputed as `tx_time_seconds / 86400`, rounded down.
    public var repairsTimeDays: Bool
    /// The share of all rows, from 0 to 1, that a single rule may drop: when one drops more, or nothing is left, the
    /// input is most likely not the intended one, and nothing is published. 1 means no limit.
    public var maximumDroppedShare: Double

    /// The default plan; every setting can be changed.
    public init(
        outliers: OutlierRule = .standard, duplicates: DuplicateKey = .transactionID,
        unknownCustomers: [Int64] = TransactionColumn.unknownCustomers, repairsTimeDays: Bool = false,
        maximumDroppedShare: Double = 0.5
    ) {
        self.outliers = outliers
        self.duplicates = duplicates
        self.unknownCustomers = unknownCustomers.sorted()
        self.repairsTimeDays = repairsTimeDays
        self.maximumDroppedShare = maximumDroppedShare
    }

    /// Reads JSON; missing settings get their defaults.
    /// - Throws: ``CleaningError/invalidPlan(message:)`` for text that is not a plan, or has an unknown key.
    public init(json: [UInt8]) throws(CleaningError) {
        do {
            self = try JSONDecoder().decode(CleaningPlan.self, from: Data(json))
        } catch let DecodingError.dataCorrupted(context) {
            throw .invalidPlan(message: context.debugDescription)
        } catch let DecodingError.typeMismatch(_, context) {
            throw .invalidPlan(message: CleaningPlan.located(context))
        } catch let DecodingError.valueNotFound(_, context) {
            throw .invalidPlan(message: CleaningPlan.located(context))
        } catch {
            throw .invalidPlan(message: "\(error)")
        }
    }

    /// The plan as JSON, keys sorted.
    public func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        return Array(try encoder.encode(self))
    }

    static func located(_ context: DecodingError.Context) -> String {
        let path = context.codingPath.map(\.stringValue).joined(separator: ".")
        return path.isEmpty ? context.debugDescription : "\(path): \(context.debugDescription)"
    }
}

extension CleaningPlan: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case outliers, duplicates
        case unknownCustomers = "unknown_customers"
        case repairsTimeDays = "repairs_time_days"
        case maximumDroppedShare = "maximum_dropped_share"

        /// The key that earlier versions wrote.
        var camelCase: String {
            switch self {
            case .outliers, .duplicates: rawValue
            case .unknownCustomers: "unknownCustomers"
            case .repairsTimeDays: "repairsTimeDays"
            case .maximumDroppedShare: "maximumDroppedShare"
            }
        }
    }

    /// Missing settings get their defaults.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: AnyCodingKey.self)
        let known = Set(CodingKeys.allCases.flatMap { [$0.rawValue, $0.camelCase] })
        if let unknown = values.allKeys.map(\.stringValue).sorted().first(where: { !known.contains($0) }) {
            let names = CodingKeys.allCases.map(\.rawValue).sorted().joined(separator: ", ")
            throw DecodingError.dataCorrupted(
                .init(codingPath: [], debugDescription: "unknown key '\(unknown)' (keys: \(names))"))
        }
        func value<Value: Decodable>(_ type: Value.Type, _ key: CodingKeys) throws -> Value? {
            try values.decodeIfPresent(type, forKey: AnyCodingKey(stringValue: key.rawValue))
                ?? values.decodeIfPresent(type, forKey: AnyCodingKey(stringValue: key.camelCase))
        }
        let standard = CleaningPlan()
        self.init(
            outliers: try value(OutlierRule.self, .outliers) ?? standard.outliers,
            duplicates: try value(DuplicateKey.self, .duplicates) ?? standard.duplicates,
            unknownCustomers: try value([Int64].self, .unknownCustomers) ?? standard.unknownCustomers,
            repairsTimeDays: try value(Bool.self, .repairsTimeDays) ?? standard.repairsTimeDays,
            maximumDroppedShare: try value(Double.self, .maximumDroppedShare) ?? standard.maximumDroppedShare)
        guard (0...1).contains(maximumDroppedShare) else {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: [],
                    debugDescription:
                        "\(CodingKeys.maximumDroppedShare.rawValue) is \(maximumDroppedShare), expected 0 to 1"))
        }
    }
}

extension CleaningPlan: CustomStringConvertible {
    /// One line for people.
    public var description: String {
        var steps = ["drop malformed, missing and invalid rows"]
        if !unknownCustomers.isEmpty {
            steps.append("customers \(unknownCustomers.map(String.init).joined(separator: ", "))")
        }
        steps.append("amounts not above 0")
        steps.append(duplicates == .transactionID ? "repeated transaction_ids" : "rows equal to an earlier one")
        if outliers != .none { steps.append("amounts outside \(outliers)") }
        return steps.joined(separator: "; ") + (repairsTimeDays ? "; recompute tx_time_days" : "")
    }
}
