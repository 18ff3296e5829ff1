import Columnar

/// What the features of a plan can use: the columns of a schema, the features declared before, and the kinds of a program.
struct PlanContext {
    private let plan: FeaturePlan
    private let schema: TransactionSchema
    private let custom: Set<String>
    private var columns: [String: SchemaColumn] = [:]
    private var declared: Set<String> = []

    init(plan: FeaturePlan, schema: TransactionSchema, custom: Set<String>) {
        self.plan = plan
        self.schema = schema
        self.custom = custom
        for column in schema.columns { columns[column.name] = column }
    }

    /// Checks a feature; the following ones can use it.
    mutating func add(_ feature: FeatureDeclaration) throws(FeaturePlanError) {
        guard columns[feature.name] == nil || feature.kind == .column(feature.name) else {
            throw .nameOfColumn(feature: feature.name)
        }
        try check(feature.kind, of: feature.name)
        declared.insert(feature.name)
    }

    private func check(_ kind: FeatureKind, of feature: String) throws(FeaturePlanError) {
        if let history = kind.history {
            try requireRole(.time, feature)
            for key in history.keys {
                _ = try column(key, feature, of: [.text, .category, .integer], "text, category or integer")
            }
            if let filter = history.filter { try check(filter, feature, features: [], as: .truth) }
        }
        switch kind {
        case .expression(let expression): try check(expression, feature, features: declared.sorted(), as: nil)
        case .calendar: try requireRole(.time, feature)
        case .category(let name, _):
            _ = try column(
                name, feature, of: [.text, .category, .boolean, .integer], "text, category, boolean or integer")
        case .aggregate(let aggregate): try check(aggregate, feature)
        case .timeSincePrevious, .isFirst: break
        case .distance(let from, let to):
            try checkPoint(from, feature)
            try checkPoint(to, feature)
        case .distanceFromPrevious(let point, _), .speedFromPrevious(let point, _): try checkPoint(point, feature)
        case .custom(let function):
            guard custom.contains(function.function) else {
                throw .unknownFunction(
                    feature: feature, function: function.function,
                    nearest: NearestNames.nearest(to: function.function, in: custom.sorted()))
            }
            try check(function.inputs, feature)
        }
    }

    private func check(_ aggregate: WindowAggregate, _ feature: String) throws(FeaturePlanError) {
        if let name = aggregate.column {
            if aggregate.function == .distinct {
                _ = try column(
                    name, feature, of: [.integer, .float, .text, .category], "integer, float, text or category")
            } else {
                _ = try column(name, feature, of: [.integer, .float], "integer or float")
            }
        }
        guard aggregate.function.needsLabels else { return }
        try requireRole(.label, feature)
        if aggregate.delay == .zero { try requireRole(.knownAt, feature) }
    }

    private func requireRole(_ role: ColumnRole.Kind, _ feature: String) throws(FeaturePlanError) {
        guard schema.column(role) != nil else { throw .missingRole(feature: feature, role: role) }
    }

    private func check(
        _ expression: RowExpression, _ feature: String, features: [String], as result: BoundExpression.Result?
    ) throws(FeaturePlanError) {
        for name in expression.columns where !features.contains(name) {
            _ = try column(schema.column(named: name)?.name ?? name, feature)
        }
        do {
            _ = try expression.bind(to: schema, features: features, as: result)
        } catch {
            throw .invalidExpression(feature: feature, error)
        }
    }

    /// Columns, or features declared before.
    private func check(_ names: [String], _ feature: String) throws(FeaturePlanError) {
        for name in names where !declared.contains(name) { _ = try column(name, feature) }
    }

    private func column(
        _ name: String, _ feature: String, of types: [SchemaColumnType.Kind]? = nil, _ expected: String = ""
    ) throws(FeaturePlanError) -> SchemaColumn {
        guard let column = columns[name] else {
            if name != feature, !declared.contains(name), plan[name] != nil {
                throw .declaredLater(feature: feature, name: name)
            }
            let known = schema.columns.map(\.name) + plan.names.filter(declared.contains)
            throw .unknownColumn(
                feature: feature, column: name, nearest: NearestNames.nearest(to: name, in: known))
        }
        guard ![.label, .knownAt, .ignored].contains(column.role.kind) else {
            throw .forbiddenColumn(feature: feature, column: name, role: column.role.kind)
        }
        if let types, !types.contains(column.type.kind) {
            throw .wrongType(
                feature: feature, column: name, type: column.type.kind.rawValue, expected: expected)
        }
        return column
    }

    private func checkPoint(_ name: String, _ feature: String) throws(FeaturePlanError) {
        let names = schema.points.map(\.name)
        guard names.contains(name) else {
            throw .unknownPoint(feature: feature, point: name, nearest: NearestNames.nearest(to: name, in: names))
        }
    }
}
