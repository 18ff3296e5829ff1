import Columnar
import Features

/// A rule is an object whose member `rule` names its kind.
extension CleaningCheck: Codable {
    private enum Kind: String, CaseIterable {
        case malformed, missing, invalid
        case unknownCode = "unknown_code"
        case nonPositiveAmount = "non_positive_amount"
        case range, expression, custom, duplicate, outlier
    }

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case rule, name, column, columns, minimum, maximum, keep, by, fences
    }

    /// Reads such as `{"rule": "range", "column": "age", "minimum": 18}`.
    public init(from decoder: any Decoder) throws {
        try decoder.refuseOtherKeys(than: CodingKeys.allCases.map(\.rawValue))
        let members = try decoder.container(keyedBy: CodingKeys.self)
        func failure(_ key: CodingKeys, _ message: String) -> DecodingError {
            .dataCorruptedError(forKey: key, in: members, debugDescription: message)
        }
        let name = try members.decode(String.self, forKey: .rule)
        let names = Kind.allCases.map(\.rawValue)
        guard let kind = Kind(rawValue: name) else {
            let question = NearestNames.question(NearestNames.nearest(to: name, in: names)).map { "; \($0)" } ?? ""
            throw failure(
                .rule, "\(QuotedText.value(name)) is none of \(names.joined(separator: ", "))\(question)")
        }
        let columns = try members.decodeIfPresent([String].self, forKey: .columns)
        switch kind {
        case .malformed: self = .malformed
        case .missing: self = .missing(columns: columns)
        case .invalid: self = .invalid(columns: columns)
        case .unknownCode: self = .unknownCode(columns: columns)
        case .nonPositiveAmount: self = .nonPositiveAmount
        case .range:
            self = .range(
                column: try members.decode(String.self, forKey: .column),
                minimum: try members.decodeIfPresent(Double.self, forKey: .minimum),
                maximum: try members.decodeIfPresent(Double.self, forKey: .maximum))
        case .expression:
            let text = try members.decode(String.self, forKey: .keep)
            let name = try members.decodeIfPresent(String.self, forKey: .name) ?? text
            do {
                self = .expression(name: name, try RowExpression(text))
            } catch {
                throw failure(.keep, error.description)
            }
        case .custom: self = .custom(name: try members.decode(String.self, forKey: .name))
        case .duplicate:
            switch try members.decodeIfPresent(String.self, forKey: .by) {
            case "id": self = .duplicate(.id)
            case "row": self = .duplicate(.wholeRow)
            case nil: self = .duplicate(columns.map { .columns($0) } ?? .id)
            case let other?: throw failure(.by, "\(QuotedText.value(other)) is neither id nor row")
            }
        case .outlier:
            let text = try members.decode(String.self, forKey: .fences)
            do {
                self = .outlier(try OutlierRule(parsing: text))
            } catch {
                throw failure(.fences, error.description)
            }
        }
    }

    /// Writes what ``init(from:)`` reads.
    public func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(kind.rawValue, forKey: .rule)
        switch self {
        case .malformed, .nonPositiveAmount: break
        case .missing(let columns), .invalid(let columns), .unknownCode(let columns):
            try members.encodeIfPresent(columns, forKey: .columns)
        case .range(let column, let minimum, let maximum):
            try members.encode(column, forKey: .column)
            try members.encodeIfPresent(minimum, forKey: .minimum)
            try members.encodeIfPresent(maximum, forKey: .maximum)
        case .expression(let name, let expression):
            if name != expression.text { try members.encode(name, forKey: .name) }
            try members.encode(expression.text, forKey: .keep)
        case .custom(let name): try members.encode(name, forKey: .name)
        case .duplicate(.id): try members.encode("id", forKey: .by)
        case .duplicate(.wholeRow): try members.encode("row", forKey: .by)
        case .duplicate(.columns(let columns)): try members.encode(columns, forKey: .columns)
        case .outlier(let rule): try members.encode(rule.description, forKey: .fences)
        }
    }

    private var kind: Kind {
        switch self {
        case .malformed: .malformed
        case .missing: .missing
        case .invalid: .invalid
        case .unknownCode: .unknownCode
        case .nonPositiveAmount: .nonPositiveAmount
        case .range: .range
        case .expression: .expression
        case .custom: .custom
        case .duplicate: .duplicate
        case .outlier: .outlier
        }
    }
}

extension Decoder {
    /// - Throws: For a member of another name, with the nearest right ones.
    func refuseOtherKeys(than known: [String]) throws {
        let members = try container(keyedBy: AnyCodingKey.self)
        guard let unknown = members.allKeys.map(\.stringValue).sorted().first(where: { !known.contains($0) }) else {
            return
        }
        let question = NearestNames.question(NearestNames.nearest(to: unknown, in: known)).map { "; \($0)" } ?? ""
        throw DecodingError.dataCorrupted(
            .init(codingPath: codingPath, debugDescription: "unknown key \(QuotedText.value(unknown))\(question)"))
    }
}

/// Any member's name.
struct AnyCodingKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
