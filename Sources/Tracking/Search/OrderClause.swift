/// One part of an order, such as `metrics.auc DESC`. Ascending unless said.
struct OrderClause: Hashable {
    var entity: FilterComparison.Entity
    var key: String
    var isAscending: Bool

    /// - Throws: ``TrackingError`` for an invalid clause, and for a field that `scope` does not have.
    init(_ text: String, in scope: FilterScope, alsoBy attributes: [String: String] = [:]) throws(TrackingError) {
        let tokens = try FilterLexer.tokens(of: SearchFilter(text))
        guard (1...2).contains(tokens.count), case .name(let prefix, let key, _) = tokens[0].kind else {
            throw TrackingError(.invalidValue, "order '\(text)'", "is not a field with ASC or DESC")
        }
        switch tokens.count == 2 ? tokens[1].keyword : "ASC" {
        case "ASC": isAscending = true
        case "DESC": isAscending = false
        default: throw TrackingError(.invalidValue, "order '\(text)'", "ends neither with ASC nor with DESC")
        }
        guard let entity = prefix == nil ? .attribute : scope.prefixes[prefix ?? ""], entity != .dataset else {
            throw TrackingError(.invalidValue, "order '\(text)'", "names a field that cannot be ordered by")
        }
        self.entity = entity
        if entity == .attribute {
            guard let known = scope.textAttributes[key] ?? scope.numericAttributes[key] ?? attributes[key] else {
                throw TrackingError(.invalidValue, "order '\(text)'", "'\(key)' is not an attribute")
            }
            self.key = known
        } else {
            self.key = key
        }
    }

    /// The parts of an order, none of them twice.
    static func list(_ texts: [String], in scope: FilterScope, alsoBy attributes: [String: String] = [:])
        throws(TrackingError) -> [OrderClause]
    {
        var clauses: [OrderClause] = []
        for text in texts {
            let clause = try OrderClause(text, in: scope, alsoBy: attributes)
            guard !clauses.contains(where: { $0.entity == clause.entity && $0.key == clause.key }) else {
                throw TrackingError(.invalidValue, "order '\(text)'", "names a field twice")
            }
            clauses.append(clause)
        }
        return clauses
    }
}
