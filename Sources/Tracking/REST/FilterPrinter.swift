import Essentials

/// Writes checked filters and orders in MLflow's language, as MLflow's own parser reads them.
///
/// That parser has no escapes in single values: a text must not contain the quotes around it. In lists it reads texts
/// as Python does, so any text can be written there; a value that contains both quotes is written as a list of one,
/// where the language allows lists.
struct FilterPrinter {
    let scope: FilterScope
    /// Attributes that have another name at the server than in the parser.
    let attributeNames: [String: String]

    static let runs = FilterPrinter(scope: .runs, attributeNames: [:])
    static let experiments = FilterPrinter(scope: .experiments, attributeNames: [:])
    static let models = FilterPrinter(scope: .models, attributeNames: [:])
    static let versions = FilterPrinter(
        scope: .versions, attributeNames: ["version": "version_number", "source": "source_path"])

    /// - Throws: ``TrackingError`` for an invalid filter, and for a value that MLflow's language cannot express.
    func text(_ filter: SearchFilter) throws(TrackingError) -> String {
        var conditions: [String] = []
        var last: [(start: String, text: String)] = []
        for comparison in try FilterParser.comparisons(of: filter, in: scope) {
            if case .string(let text) = comparison.value, text.utf8.last == UInt8(ascii: "\\") {
                last.append((try start(of: comparison), text))
            } else {
                conditions.append(try text(comparison))
            }
        }
        return (conditions + (try closing(last))).joined(separator: " AND ")
    }

    /// Conditions on texts that end with a backslash. MLflow's parser takes the quote after it for a part of the text
    /// if it finds another such quote later on: so they are placed at the end, each in a different kind of quotes.
    private func closing(_ conditions: [(start: String, text: String)]) throws(TrackingError) -> [String] {
        let marks = ["'", "\""]
        switch conditions.count {
        case 0: return []
        case 1:
            guard let quoted = Self.quoted(conditions[0].text) else { break }
            return ["\(conditions[0].start) \(quoted)"]
        case 2:
            let whole = conditions.map { $0.start + $0.text }.joined().utf8
            guard !whole.contains(UInt8(ascii: "'")), !whole.contains(UInt8(ascii: "\"")) else { break }
            return zip(conditions, marks).map { "\($0.start) \($1)\($0.text)\($1)" }
        default: break
        }
        throw SearchFilter.error(
            "MLflow's language cannot express these texts that end with a backslash: "
                + conditions.map(\.text).joined(separator: ", "))
    }

    /// - Parameter attributes: names that orders know beside the scope's.
    func order(_ texts: [String], alsoBy attributes: [String: String] = [:]) throws(TrackingError) -> [String] {
        try OrderClause.list(texts, in: scope, alsoBy: attributes).map { clause throws(TrackingError) in
            "\(try name(clause.entity, clause.key)) \(clause.isAscending ? "ASC" : "DESC")"
        }
    }

    private func text(_ comparison: FilterComparison) throws(TrackingError) -> String {
        let start = try start(of: comparison)
        switch comparison.value {
        case .none: return start
        // MLflow's parser knows no plus sign in exponents.
        case .number(let value, let integer):
            return "\(start) \(integer.map(String.init) ?? "\(value)".replacing("e+", with: "e"))"
        case .list(let texts): return "\(start) \(Self.list(texts))"
        case .string(let text):
            if let quoted = Self.quoted(text) { return "\(start) \(quoted)" }
            if allowsLists(comparison), comparison.comparator == .equal || comparison.comparator == .notEqual {
                var other = comparison
                other.comparator = comparison.comparator == .equal ? .isIn : .isNotIn
                other.value = .list([text])
                return try self.text(other)
            }
            throw SearchFilter.error("MLflow's language cannot express a text with both kinds of quotes: \(text)")
        }
    }

    private func start(of comparison: FilterComparison) throws(TrackingError) -> String {
        "\(try name(comparison.entity, comparison.key)) \(comparison.comparator.rawValue)"
    }

    private func allowsLists(_ comparison: FilterComparison) -> Bool {
        switch comparison.entity {
        case .dataset: true
        case .attribute: scope.listAttributes.contains(comparison.key)
        case .metric, .parameter, .tag: false
        }
    }

    private func name(_ entity: FilterComparison.Entity, _ key: String) throws(TrackingError) -> String {
        switch entity {
        case .attribute: return attributeNames[key] ?? key
        case .dataset: return "datasets.\(key)"
        case .metric: return "metrics.\(try Self.quoted(key: key))"
        case .parameter: return "params.\(try Self.quoted(key: key))"
        case .tag: return "tags.\(try Self.quoted(key: key))"
        }
    }

    private static func quoted(key: String) throws(TrackingError) -> String {
        let bytes = key.utf8
        if !bytes.contains(UInt8(ascii: "`")) { return "`\(key)`" }
        guard !bytes.contains(UInt8(ascii: "\"")), bytes.last != UInt8(ascii: "\\") else {
            throw SearchFilter.error("MLflow's language cannot express the key \(key)")
        }
        return "\"\(key)\""
    }

    /// Quotes are looked for among bytes: a combining mark makes another character of one.
    private static func quoted(_ text: String) -> String? {
        if !text.utf8.contains(UInt8(ascii: "'")) { return "'\(text)'" }
        return text.utf8.contains(UInt8(ascii: "\"")) ? nil : "\"\(text)\""
    }

    /// `('a', 'b')`, as Python reads it.
    private static func list(_ texts: [String]) -> String {
        let quoted = texts.map { text in
            var escaped = ""
            for scalar in text.unicodeScalars {
                switch scalar {
                case "'", "\"", "\\", "\0"..<" ":
                    escaped += "\\x" + scalar.value.zeroPadded(to: 2, radix: 16)
                default: escaped.unicodeScalars.append(scalar)
                }
            }
            return "'\(escaped)'"
        }
        return "(\(quoted.joined(separator: ", ")))"
    }
}
