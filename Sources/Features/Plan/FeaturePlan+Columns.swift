extension FeaturePlan {
    /// Whether features depend on earlier transactions.
    public var usesHistory: Bool { features.contains { $0.kind.usesHistory } }

    /// Whether features depend on the labels of earlier transactions.
    public var usesLabels: Bool {
        features.contains {
            guard case .aggregate(let aggregate) = $0.kind else { return false }
            return aggregate.function.needsLabels
        }
    }

    /// The columns that a transaction has for its features to be computed, in the schema's order.
    ///
    /// Names that the schema does not have are left out; ``validate(for:custom:)`` finds them.
    public func inputColumns(of schema: TransactionSchema) -> [SchemaColumn] {
        let inputs = features.reduce(into: Set<String>()) { $0.formUnion($1.kind.inputs) }
        // Expressions find columns by other spellings, too.
        let names = Set(inputs.compactMap { schema.column(named: $0)?.name })
        let points = features.reduce(into: Set<String>()) { $0.formUnion($1.kind.points) }
        let usesTime = usesHistory || features.contains { $0.kind.name == .calendar }
        return schema.columns.filter { column in
            switch column.role {
            case .latitude(let point), .longitude(let point): points.contains(point) || names.contains(column.name)
            case .time: usesTime || names.contains(column.name)
            default: names.contains(column.name)
            }
        }
    }

    /// The columns that the plan needs in all, in the schema's order: besides ``inputColumns(of:)`` those without which a
    /// transaction is no earlier one of others, which are the id, the amount, the label and the time at which that is known.
    public func columns(of schema: TransactionSchema) -> [SchemaColumn] {
        let inputs = Set(inputColumns(of: schema).map(\.name))
        return schema.columns.filter { column in
            switch column.role.kind {
            case .id, .amount: usesHistory || inputs.contains(column.name)
            case .label, .knownAt: usesLabels
            default: inputs.contains(column.name)
            }
        }
    }
}

extension FeatureKind {
    /// Columns and earlier features by name, without those of points.
    var inputs: [String] {
        let own: [String]
        switch self {
        case .expression(let expression): own = expression.columns
        case .category(let column, _): own = [column]
        case .aggregate(let aggregate): own = aggregate.column.map { [$0] } ?? []
        case .custom(let custom): own = custom.inputs
        case .calendar, .timeSincePrevious, .isFirst, .distance, .distanceFromPrevious, .speedFromPrevious: own = []
        }
        return own + (history?.keys ?? []) + (history?.filter?.columns ?? [])
    }

    fileprivate var points: [String] {
        switch self {
        case .distance(let from, let to): [from, to]
        case .distanceFromPrevious(let point, _), .speedFromPrevious(let point, _): [point]
        default: []
        }
    }
}
