import Columnar

extension SchemaColumn {
    /// What values of the column look like, for messages.
    package var expectation: String {
        if case .label(let fraud, let genuine) = role {
            return "one of \((fraud + genuine).map { QuotedText.value($0) }.joined(separator: ", "))"
        }
        let range = SchemaColumn.range(minimum, maximum)
        return switch type {
        case .integer(let width, _): width == .bits32 ? "an integer of 32 bits\(range)" : "an integer\(range)"
        case .float(let separators): "a number\(separators.example)\(range)"
        case .text, .category: "text in UTF-8"
        case .boolean(let trueValues, let falseValues):
            "one of \((trueValues + falseValues).map { QuotedText.value($0) }.joined(separator: ", "))"
        case .timestamp(let format, _): "a time of the format \(format)"
        case .relativeTime(let unit, _): "a number of \(unit.rawValue)"
        }
    }

    private static func range(_ minimum: Double?, _ maximum: Double?) -> String {
        switch (minimum, maximum) {
        case (let minimum?, let maximum?): " from \(minimum) to \(maximum)"
        case (let minimum?, nil): " of at least \(minimum)"
        case (nil, let maximum?): " of at most \(maximum)"
        case (nil, nil): ""
        }
    }
}

extension NumberSeparators {
    /// Empty for numbers that are written as everywhere.
    fileprivate var example: String {
        guard self != .standard else { return "" }
        return " such as 1\(thousands.map { String($0) } ?? "")234\(decimal)5"
    }
}
