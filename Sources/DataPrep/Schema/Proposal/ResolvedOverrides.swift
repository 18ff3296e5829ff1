import Features
import Columnar

/// ``SchemaOverrides`` as positions of columns.
struct ResolvedOverrides {
    /// The given role of each column that has one; excluded columns are ignored.
    private(set) var roles: [Int: ColumnRole.Kind] = [:]
    let timeForm: SchemaOverrides.TimeForm?

    /// - Throws: ``SchemaProposalError/unknownColumn(name:role:nearest:available:)`` and
    ///   ``SchemaProposalError/contradictoryRoles(column:roles:)``.
    init(_ overrides: SchemaOverrides, in names: [String]) throws(SchemaProposalError) {
        timeForm = overrides.timeForm
        var given: [(name: String, role: ColumnRole.Kind)] = []
        for (name, role) in [
            (overrides.id, ColumnRole.Kind.id), (overrides.time, .time), (overrides.amount, .amount),
            (overrides.label, .label),
        ] {
            if let name { given.append((name, role)) }
        }
        given += overrides.keys.map { ($0, .key) } + overrides.excluded.map { ($0, .ignored) }
        for (name, role) in given {
            let index = try Self.index(of: name, role, in: names)
            if let other = roles.updateValue(role, forKey: index), other != role {
                throw .contradictoryRoles(column: names[index], roles: [other, role])
            }
        }
    }

    private static func index(
        of name: String, _ role: ColumnRole.Kind, in names: [String]
    ) throws(SchemaProposalError) -> Int {
        if let index = names.firstIndex(of: name) { return index }
        let lowercased = name.lowercased()
        let matches = names.indices.filter { names[$0].lowercased() == lowercased }
        guard matches.count == 1 else {
            let nearest = matches.isEmpty ? NearestNames.nearest(to: name, in: names) : matches.map { names[$0] }
            throw .unknownColumn(name: name, role: role, nearest: nearest, available: names)
        }
        return matches[0]
    }

    /// The column with a given role of which there is one; nil if none is given.
    func index(_ role: ColumnRole.Kind) -> Int? { roles.first { $0.value == role }?.key }
}
