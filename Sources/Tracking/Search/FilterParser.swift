/// Reads a filter's conditions and checks each against what is searched.
struct FilterParser {
    private let tokens: [FilterToken]
    private let scope: FilterScope
    private var position = 0

    static func comparisons(of filter: SearchFilter, in scope: FilterScope) throws(TrackingError) -> [FilterComparison]
    {
        var parser = FilterParser(tokens: try FilterLexer.tokens(of: filter), scope: scope)
        var comparisons: [FilterComparison] = []
        guard !parser.tokens.isEmpty else { return [] }
        while true {
            comparisons.append(try parser.comparison())
            guard let token = parser.next() else { return comparisons }
            guard token.keyword == "AND" else {
                let hint = token.keyword == "OR" ? "; conditions can be joined by 'and' only" : ""
                throw SearchFilter.error("expected 'and', found '\(token.text)'\(hint)", column: token.column)
            }
        }
    }

    private init(tokens: [FilterToken], scope: FilterScope) {
        self.tokens = tokens
        self.scope = scope
    }

    private mutating func next() -> FilterToken? {
        guard position < tokens.count else { return nil }
        defer { position += 1 }
        return tokens[position]
    }

    private mutating func expect(_ what: String) throws(TrackingError) -> FilterToken {
        guard let token = next() else { throw SearchFilter.error("ends where \(what) is expected") }
        return token
    }

    private mutating func comparison() throws(TrackingError) -> FilterComparison {
        let name = try expect("a field")
        guard case .name(let prefix, let key, _) = name.kind else {
            throw SearchFilter.error("expected a field, found '\(name.text)'", column: name.column)
        }
        let entity: FilterComparison.Entity
        if let prefix {
            guard let known = scope.prefixes[prefix] else {
                throw SearchFilter.error(
                    "'\(prefix)' is not one of \(scope.prefixes.keys.sorted().joined(separator: ", "))",
                    column: name.column)
            }
            entity = known
        } else {
            entity = .attribute
        }
        let comparator = try comparator()
        let subject = FilterComparison(
            entity: entity, key: try resolve(key, entity: entity, column: name.column), comparator: comparator.0,
            value: .none)
        let allowed = allowedComparators(for: subject)
        guard allowed.contains(subject.comparator) else {
            throw SearchFilter.error(
                "'\(name.text)' cannot be compared by \(subject.comparator.rawValue)", column: comparator.column)
        }
        return try withValue(subject)
    }

    private func resolve(_ key: String, entity: FilterComparison.Entity, column: Int) throws(TrackingError) -> String {
        switch entity {
        case .metric, .parameter, .tag: return key
        case .dataset:
            guard FilterScope.datasetKeys.contains(key) else {
                throw SearchFilter.error("data sets have no '\(key)'; they have name, digest, context", column: column)
            }
            return key
        case .attribute:
            guard let known = scope.textAttributes[key] ?? scope.numericAttributes[key] else {
                let names = (scope.textAttributes.keys.sorted() + scope.numericAttributes.keys.sorted())
                throw SearchFilter.error(
                    "'\(key)' is not an attribute; there are \(names.joined(separator: ", "))", column: column)
            }
            return known
        }
    }

    private mutating func comparator() throws(TrackingError) -> (FilterComparison.Comparator, column: Int) {
        let token = try expect("a comparison")
        if case .comparator(let text) = token.kind, let comparator = FilterComparison.Comparator(rawValue: text) {
            return (comparator, token.column)
        }
        switch token.keyword {
        case "LIKE": return (.like, token.column)
        case "ILIKE": return (.ilike, token.column)
        case "IN": return (.isIn, token.column)
        case "NOT":
            guard try expect("IN").keyword == "IN" else { break }
            return (.isNotIn, token.column)
        case "IS":
            let word = try expect("NULL")
            if word.keyword == "NULL" { return (.isNull, token.column) }
            guard word.keyword == "NOT", try expect("NULL").keyword == "NULL" else { break }
            return (.isNotNull, token.column)
        default: break
        }
        throw SearchFilter.error("'\(token.text)' is not a comparison", column: token.column)
    }

    private func isNumeric(_ comparison: FilterComparison) -> Bool {
        switch comparison.entity {
        case .metric: true
        case .attribute: scope.numericAttributes.values.contains(comparison.key)
        case .parameter, .tag, .dataset: false
        }
    }

    private func allowedComparators(for subject: FilterComparison) -> Set<FilterComparison.Comparator> {
        if isNumeric(subject) { return [.equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual] }
        var allowed: Set<FilterComparison.Comparator> = [.equal, .notEqual]
        switch subject.entity {
        case .metric: break
        case .parameter, .tag:
            allowed.formUnion([.like, .ilike])
            if scope.asksForAbsence { allowed.formUnion([.isNull, .isNotNull]) }
        case .dataset: allowed.formUnion([.like, .ilike, .isIn, .isNotIn])
        case .attribute:
            if subject.key != "experiment_id" { allowed.formUnion([.like, .ilike]) }
            if scope.listAttributes.contains(subject.key) { allowed.formUnion([.isIn, .isNotIn]) }
        }
        return allowed
    }

    private mutating func withValue(_ subject: FilterComparison) throws(TrackingError) -> FilterComparison {
        var comparison = subject
        switch subject.comparator {
        case .isNull, .isNotNull: return comparison
        case .isIn, .isNotIn:
            comparison.value = .list(try list())
            return comparison
        default: break
        }
        let token = try expect("a value")
        switch token.kind {
        case .number(let value, let integer) where isNumeric(subject):
            comparison.value = .number(value, integer: integer)
        case .string(let text) where !isNumeric(subject): comparison.value = .string(text)
        // A text in double quotes reads as a name unless a value is expected.
        case .name(nil, let text, true) where !isNumeric(subject) && token.text.utf8.first == UInt8(ascii: "\""):
            comparison.value = .string(text)
        default:
            let expected = isNumeric(subject) ? "a number" : "a quoted text"
            throw SearchFilter.error("expected \(expected), found '\(token.text)'", column: token.column)
        }
        return comparison
    }

    private mutating func list() throws(TrackingError) -> [String] {
        let open = try expect("'('")
        guard open.kind == .open else {
            throw SearchFilter.error("expected '(', found '\(open.text)'", column: open.column)
        }
        var values: [String] = []
        while true {
            let token = try expect("a quoted text")
            switch token.kind {
            case .string(let text): values.append(text)
            case .name(nil, let text, true) where token.text.utf8.first == UInt8(ascii: "\""): values.append(text)
            case .close where !values.isEmpty: return values
            default: throw SearchFilter.error("expected a quoted text, found '\(token.text)'", column: token.column)
            }
            let end = try expect("')'")
            if end.kind == .close { return values }
            guard end.kind == .comma else {
                throw SearchFilter.error("expected ',' or ')', found '\(end.text)'", column: end.column)
            }
        }
    }
}
