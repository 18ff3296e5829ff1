import Essentials
import Features

/// A statement about a feature's value, made from the feature's definition.
struct FeaturePhrase: Sendable {
    let unit: String
    private let form: Form

    private enum Form: Sendable {
        /// `SUBJECT is VALUE UNIT`.
        case plain(String)
        /// `FIRST is VALUE times the SECOND`.
        case ratio(String, String)
        /// `SUBJECT is VALUE standard deviations above the mean REST`.
        case deviation(String, String)
        /// A condition that holds for 1.
        case truth(holds: String, fails: String)
        /// The day's name.
        case weekday
        /// A value of the column by its position.
        case category(column: String, values: [String])
    }

    init(_ feature: FeatureDeclaration) {
        unit = feature.describedUnit
        let meaning = feature.describedMeaning
        if feature.meaning == nil, case .calendar(.weekday) = feature.kind {
            form = .weekday
        } else if feature.meaning == nil, case .category(let column, .some(let values)) = feature.kind {
            form = .category(column: column, values: values)
        } else {
            form = Self.form(meaning, unit: unit)
        }
    }

    private static func form(_ meaning: String, unit: String) -> Form {
        switch unit {
        case "ratio":
            if let (first, second) = halves(meaning, " divided by ") {
                // "..., divided by" ends a list of words with a comma.
                return .ratio(first.hasSuffix(",") ? String(first.dropLast()) : first, second)
            }
        case "standard deviations":
            let end = ", divided by the standard deviation"
            if meaning.hasSuffix(end),
                let (first, rest) = halves(String(meaning.dropLast(end.count)), " minus the mean ")
            {
                return .deviation(first, rest)
            }
        case "0 or 1":
            if meaning.hasPrefix("1 "), meaning.hasSuffix(", else 0") {
                let condition = String(meaning.dropFirst(2).dropLast(8))
                guard condition.hasPrefix("if ") else {
                    return .truth(
                        holds: "the transaction is \(condition)", fails: "the transaction is not \(condition)")
                }
                let statement = String(condition.dropFirst(3))
                return .truth(holds: statement, fails: "it is not so that \(statement)")
            }
        default: break
        }
        let subject = subject(meaning)
        // A clause that follows the subject ends with a comma, too.
        return .plain(subject.contains(",") ? subject + "," : subject)
    }

    private static func halves(_ text: String, _ separator: String) -> (String, String)? {
        guard let range = text.firstRange(of: separator) else { return nil }
        return (String(text[..<range.lowerBound]), String(text[range.upperBound...]))
    }

    /// Without the range of values that follows a calendar part's name, and without ` as it is`.
    private static func subject(_ meaning: String) -> String {
        if meaning.hasSuffix(" as it is") { return String(meaning.dropLast(9)) }
        guard let comma = meaning.lastIndex(of: ",") else { return meaning }
        let words = meaning[comma...].dropFirst().split(separator: " ")
        let isRange = words.count == 3 && words[1] == "to" && Int(words[0]) != nil && Int(words[2]) != nil
        return isRange ? String(meaning[..<comma]) : meaning
    }

    /// - Parameter value: nil where it is missing.
    func statement(_ value: Double?) -> String {
        switch form {
        case .plain(let subject):
            value.map { "\(subject) is \(subject.hasPrefix("number of ") ? Self.text($0) : measured($0))" }
                ?? "\(subject) is not known"
        case .ratio(let first, let second):
            value.map { "\(first) is \(Self.text($0)) times \(second)" }
                ?? "\(first) has nothing to compare with: \(second)"
        case .deviation(let subject, let rest):
            value.map {
                "\(subject) is \(Self.text(abs($0))) standard deviations \($0 < 0 ? "below" : "above") the mean \(rest)"
            } ?? "\(subject) has no mean to compare with \(rest)"
        case .truth(let holds, let fails): value.map { $0 == 0 ? fails : holds } ?? "not known: \(holds)"
        case .weekday: Self.day(value)
        case .category(let column, let values):
            value.map { value in
                guard let position = Int(exactly: value), values.indices.contains(position) else {
                    return "\(column) has a value that training did not know"
                }
                return "\(column) is \(values[position])"
            } ?? "\(column) is not known"
        }
    }

    private static func day(_ value: Double?) -> String {
        let days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
        guard let value, let position = Int(exactly: value), days.indices.contains(position) else {
            return "the day of the week is not known"
        }
        return "the day is \(days[position])"
    }

    private func measured(_ value: Double) -> String {
        switch unit {
        case "share": "\(Self.text(value * 100)) %"
        case "s" where abs(value) >= 7200: "\(Self.text(value / 3600)) h"
        case "", "0 or 1", "position", "ratio": Self.text(value)
        case _ where unit.hasPrefix("as "): Self.text(value)
        default: "\(Self.text(value)) \(unit)"
        }
    }

    /// Whole numbers as they are, others with three significant digits, or two decimals.
    static func text(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "not known" : value < 0 ? "minus infinity" : "infinite" }
        if value == value.rounded(), abs(value) < 1e15 { return value.text(decimals: 0) }
        let digits = Int(log10(abs(value)).rounded(.down))
        guard digits >= -6, digits < 15 else { return value.scientificText(decimals: 2) }
        var text = value.text(decimals: digits >= 2 ? (digits < 5 ? 2 : 0) : 2 - digits)
        if text.contains(".") {
            while text.last == "0" { text.removeLast() }
            if text.last == "." { text.removeLast() }
        }
        return text
    }
}
