import Columnar
import Essentials

/// Makes an ``EngineProgram`` from a plan: each input gets lanes once, and features with the same keys, filter and tiles share
/// a table.
struct EngineBuilder {
    let plan: FeaturePlan
    let schema: TransactionSchema
    let custom: CustomFeatures
    private(set) var laneCount = RowLanes.fixed
    var sources: [LaneSource] = []
    private(set) var amount: NumberLanes?
    /// The columns of the interners.
    var interners: [Int] = []
    private(set) var rowFeatures: [RowFeature] = []
    private(set) var outputs: [Int] = []
    private(set) var functions: [CustomWindow] = []
    private var numberLanes: [Int: NumberLanes] = [:]
    var wordLanes: [Int: (lanes: WordLanes, interner: Int?)] = [:]
    /// By their texts.
    private(set) var filters: [String: EngineExpression] = [:]
    /// The features declared so far, and their lanes.
    private var featureNames: [String] = []
    private var featureLanes: [String: Int] = [:]
    private(set) var tables: [HistoryTableKey: HistoryTableParts] = [:]
    private var readsLabels = false

    init(_ plan: FeaturePlan, _ schema: TransactionSchema, _ custom: CustomFeatures) throws(FeatureEngineError) {
        self.plan = plan
        self.schema = schema
        self.custom = custom
        if let column = schema.columns.firstIndex(where: { $0.role.kind == .amount }) { amount = number(column) }
        for feature in plan.features {
            let lane = makeLane()
            try add(feature, output: lane)
            featureNames.append(feature.name)
            featureLanes[feature.name] = lane
            if feature.isOutput { outputs.append(lane) }
        }
    }

    mutating func makeLane() -> Int {
        defer { laneCount += 1 }
        return laneCount
    }

    // MARK: Inputs

    private mutating func number(_ column: Int) -> NumberLanes {
        if let lanes = numberLanes[column] { return lanes }
        let lanes = NumberLanes(value: makeLane(), units: makeLane())
        numberLanes[column] = lanes
        sources.append(.number(column: column, lanes))
        return lanes
    }

    mutating func word(_ column: Int) -> (lanes: WordLanes, interner: Int?) {
        if let word = wordLanes[column] { return word }
        let lanes = WordLanes(word: makeLane(), isPresent: makeLane())
        var interner: Int?
        if schema.columns[column].type.dataType == .string {
            interner = interners.count
            interners.append(column)
        }
        wordLanes[column] = (lanes, interner)
        sources.append(.word(column: column, lanes, interner: interner))
        return (lanes, interner)
    }

    private func column(_ name: String, _ feature: FeatureDeclaration) throws(FeatureEngineError) -> Int {
        if let index = schema.columns.firstIndex(where: { $0.name == name }) { return index }
        let names = schema.columns.map(\.name) + featureNames
        throw .unknownColumn(
            feature: feature.name, name: name, nearest: NearestNames.nearest(to: name, in: names))
    }

    private func require(
        _ column: Int, _ kinds: [SchemaColumnType.Kind], _ feature: FeatureDeclaration
    ) throws(FeatureEngineError) {
        let column = schema.columns[column]
        guard kinds.contains(column.type.kind) else {
            throw .wrongType(
                feature: feature.name, column: column.name, type: column.type.kind.rawValue,
                expected: kinds.map(\.rawValue).joined(separator: " or "))
        }
    }

    private static let numeric: [SchemaColumnType.Kind] = [.integer, .float, .boolean]
    private static let keyKinds: [SchemaColumnType.Kind] = [.integer, .text, .category, .boolean]

    private mutating func numericColumn(
        _ name: String, _ feature: FeatureDeclaration
    ) throws(FeatureEngineError) -> Int {
        let column = try column(name, feature)
        try require(column, EngineBuilder.numeric, feature)
        return column
    }

    private func point(_ name: String, _ feature: FeatureDeclaration) throws(FeatureEngineError) -> SchemaPoint {
        guard let point = schema.points.first(where: { $0.name == name }) else {
            throw .unknownPoint(feature: feature.name, name: name, available: schema.points.map(\.name))
        }
        return point
    }

    mutating func lanes(of column: SchemaColumn) -> NumberLanes {
        number(schema.columns.firstIndex(of: column) ?? 0)
    }

    private func requireTime(_ feature: FeatureDeclaration) throws(FeatureEngineError) {
        guard schema.column(.time) != nil else { throw .missingRole(feature: feature.name, role: .time) }
    }

    /// The lane of a number: an earlier feature's, or a column's.
    private mutating func lane(_ name: String, _ feature: FeatureDeclaration) throws(FeatureEngineError) -> Int {
        if let lane = featureLanes[name] { return lane }
        return number(try numericColumn(name, feature)).value
    }

    // MARK: Features

    private mutating func add(_ feature: FeatureDeclaration, output: Int) throws(FeatureEngineError) {
        switch feature.kind {
        case .expression(let expression): try add(expression, feature, output)
        case .calendar(let part):
            try requireTime(feature)
            rowFeatures.append(
                RowFeature(operation: .calendar(part, offset: wallClockOffset), output: output))
        case .category(let name, let values):
            guard let values else {
                throw .invalidFeature(
                    feature.name, reason: "the values of the category are not known yet: fit the plan first")
            }
            let column = try column(name, feature)
            try require(column, EngineBuilder.keyKinds, feature)
            sources.append(.category(column: column, CategoryPositions(values), lane: output))
        case .aggregate(let aggregate): try add(aggregate, feature, output)
        case .timeSincePrevious(let scope): try add(.timeSincePrevious, nil, scope, feature, output)
        case .isFirst(let scope): try add(.isFirst, nil, scope, feature, output)
        case .distanceFromPrevious(let point, let scope):
            try add(.distanceFromPrevious, point, scope, feature, output)
        case .speedFromPrevious(let point, let scope): try add(.speedFromPrevious, point, scope, feature, output)
        case .distance(let from, let to):
            let (start, end) = (try point(from, feature), try point(to, feature))
            rowFeatures.append(
                RowFeature(
                    operation: .distance(
                        latitude: lanes(of: start.latitude).value, longitude: lanes(of: start.longitude).value,
                        toLatitude: lanes(of: end.latitude).value, toLongitude: lanes(of: end.longitude).value),
                    output: output))
        case .custom(let custom): try add(custom, feature, output)
        }
    }

    /// What is added to times of tables, which are of UTC where the zone is known.
    private var wallClockOffset: Int64 {
        guard case .timestamp(_, let zone?) = schema.column(.time)?.type else { return 0 }
        return Int64(zone.seconds) * 1_000_000
    }

    private mutating func add(
        _ aggregate: WindowAggregate, _ feature: FeatureDeclaration, _ output: Int
    ) throws(FeatureEngineError) {
        func failure(_ reason: String) -> FeatureEngineError { .invalidFeature(feature.name, reason: reason) }
        let tile = aggregate.tile?.microseconds ?? 0
        guard aggregate.window > .zero else { throw failure("the window has no length") }
        if aggregate.tile != nil {
            guard tile > 0, aggregate.window.microseconds % tile == 0 else {
                throw failure("the window is not a number of whole tiles")
            }
        }
        let key = try tableKey(aggregate.keys, aggregate.filter, tile: tile, feature)
        var parts = tables[key] ?? HistoryTableParts()
        parts.filter = try aggregate.filter.map { filter throws(FeatureEngineError) in try self.filter(filter, feature)
        }
        var measure = HistoryTableParts.Measure.none
        if aggregate.function.needsColumn {
            guard let name = aggregate.column else { throw failure("\(aggregate.function.rawValue) needs a column") }
            if aggregate.function == .distinct {
                guard tile == 0 else { throw failure("different values cannot be counted in tiles") }
                let column = try column(name, feature)
                _ = word(column)
                parts.values[column] = max(parts.values[column] ?? 0, aggregate.window.microseconds)
                measure = .value(column)
            } else {
                let column = try numericColumn(name, feature)
                var number = parts.numbers[column] ?? numberParts(column)
                switch aggregate.function {
                case .standardDeviation: number.needsSquares = true
                case .minimum, .maximum: number.needsExtremes = true
                default: number.needsSum = true
                }
                parts.numbers[column] = number
                measure = .number(column)
            }
        } else if aggregate.function.needsLabels {
            guard schema.column(.label) != nil else { throw .missingRole(feature: feature.name, role: .label) }
            let hasKnownAt = schema.column(.knownAt) != nil
            guard hasKnownAt || aggregate.delay > .zero else {
                throw failure("labels need a delay, or a column that says when they became known")
            }
            guard !hasKnownAt || tile == 0 else {
                throw failure("tiles do not hold when labels became known: leave the tile or the column known_at out")
            }
            parts.needsLabels = true
            readLabels()
        }
        let operation: HistoryFeature.Operation =
            switch aggregate.function {
            case .count: .count
            case .sum: .sum
            case .mean: .mean
            case .standardDeviation: .standardDeviation
            case .minimum: .minimum
            case .maximum: .maximum
            case .distinct: .distinct
            case .fraudCount: .fraudCount
            case .fraudShare: .fraudShare
            }
        let delay = aggregate.delay.microseconds
        parts.features.append(
            HistoryTableParts.Feature(
                operation: operation, lower: delay + aggregate.window.microseconds, upper: delay, measure: measure,
                includesCurrent: aggregate.includesCurrent && delay == 0 && tile == 0
                    && !aggregate.function.needsLabels, output: output))
        parts.offsets.formUnion([delay, delay + aggregate.window.microseconds])
        tables[key] = parts
    }

    private mutating func numberParts(_ column: Int) -> HistoryLayoutParts.Number {
        HistoryLayoutParts.Number(
            lanes: number(column), canBeMissing: schema.columns[column].role.kind != .amount)
    }

    private mutating func readLabels() {
        guard !readsLabels else { return }
        readsLabels = true
        for (index, column) in schema.columns.enumerated() {
            if let values = LabelValues(column) {
                sources.append(.label(column: index, values))
            } else if column.role == .knownAt {
                sources.append(.knownAt(column: index))
            }
        }
    }

    private mutating func add(
        _ operation: HistoryFeature.Operation, _ pointName: String?, _ scope: HistoryScope,
        _ feature: FeatureDeclaration, _ output: Int
    ) throws(FeatureEngineError) {
        guard scope.within > .zero else {
            throw .invalidFeature(feature.name, reason: "it looks at no time before the transaction")
        }
        let key = try tableKey(scope.keys, scope.filter, tile: 0, feature)
        var parts = tables[key] ?? HistoryTableParts()
        parts.filter = try scope.filter.map { filter throws(FeatureEngineError) in try self.filter(filter, feature) }
        var measure = HistoryTableParts.Measure.none
        if let pointName {
            parts.points[pointName] = try point(pointName, feature)
            measure = .point(pointName)
        }
        let within = scope.within.microseconds
        parts.features.append(
            HistoryTableParts.Feature(
                operation: operation, lower: within, upper: 0, measure: measure, includesCurrent: false,
                output: output))
        parts.offsets.formUnion([0, within])
        tables[key] = parts
    }

    private mutating func add(
        _ use: CustomFeature, _ feature: FeatureDeclaration, _ output: Int
    ) throws(FeatureEngineError) {
        if let function = custom.rows[use.function] {
            var inputs: [Int] = []
            for name in use.inputs { inputs.append(try lane(name, feature)) }
            rowFeatures.append(
                RowFeature(operation: .custom(function, lanes: inputs, settings: use.settings), output: output))
            return
        }
        guard let function = custom.windows[use.function] else {
            throw .unknownFunction(feature: feature.name, name: use.function, available: custom.names)
        }
        func seconds(_ name: String) -> FeatureDuration? {
            let microseconds = (use.settings[name] ?? 0) * 1_000_000
            return Int64(exactly: microseconds.rounded()).flatMap { FeatureDuration(microseconds: $0) }
        }
        guard let name = use.inputs.first, use.inputs.count <= 3 else {
            throw .invalidFeature(feature.name, reason: "its inputs are a column of values and at most two keys")
        }
        guard let window = seconds("window_seconds"), window > .zero, let delay = seconds("delay_seconds") else {
            throw .invalidFeature(
                feature.name, reason: "it needs the setting window_seconds, above 0 and at most 3650 days")
        }
        let key = try tableKey(Array(use.inputs.dropFirst()), nil, tile: 0, feature)
        let column = try numericColumn(name, feature)
        var parts = tables[key] ?? HistoryTableParts()
        var number = parts.numbers[column] ?? numberParts(column)
        number.needsExtremes = true
        parts.numbers[column] = number
        let lower = delay.microseconds + window.microseconds
        parts.features.append(
            HistoryTableParts.Feature(
                operation: .custom(functions.count), lower: lower, upper: delay.microseconds,
                measure: .number(column), includesCurrent: delay == .zero && (use.settings["current"] ?? 0) != 0,
                output: output))
        parts.offsets.formUnion([delay.microseconds, lower])
        functions.append(CustomWindow(function: function, settings: use.settings))
        tables[key] = parts
    }

    private mutating func add(
        _ expression: RowExpression, _ feature: FeatureDeclaration, _ output: Int
    ) throws(FeatureEngineError) {
        // Most expressions are a number as it is.
        if let name = expression.columns.first, expression == .reference(to: name),
            let lane = featureLanes[name] ?? numericLane(name)
        {
            return rowFeatures.append(RowFeature(operation: .copy(lane: lane), output: output))
        }
        let names = featureNames
        let bound = try bind(feature) { () throws(ExpressionError) in
            try expression.bind(to: schema, features: names)
        }
        rowFeatures.append(
            RowFeature(
                operation: .expression(
                    EngineExpression(
                        bound: bound, isFilter: false, features: names.compactMap { featureLanes[$0] },
                        output: output)), output: output))
    }

    private mutating func numericLane(_ name: String) -> Int? {
        guard let column = schema.columns.firstIndex(where: { $0.name == name }),
            EngineBuilder.numeric.contains(schema.columns[column].type.kind)
        else { return nil }
        return number(column).value
    }

    private func bind(
        _ feature: FeatureDeclaration, _ body: () throws(ExpressionError) -> BoundExpression
    ) throws(FeatureEngineError) -> BoundExpression {
        do {
            return try body()
        } catch {
            throw .invalidFeature(feature.name, reason: error.description)
        }
    }

    private mutating func filter(
        _ expression: RowExpression, _ feature: FeatureDeclaration
    ) throws(FeatureEngineError) -> Int {
        if let filter = filters[expression.description] { return filter.output }
        let bound = try bind(feature) { () throws(ExpressionError) in try expression.bind(to: schema, as: .truth) }
        let lane = makeLane()
        filters[expression.description] = EngineExpression(bound: bound, isFilter: true, features: [], output: lane)
        return lane
    }

    private mutating func tableKey(
        _ names: [String], _ filter: RowExpression?, tile: Int64, _ feature: FeatureDeclaration
    ) throws(FeatureEngineError) -> HistoryTableKey {
        try requireTime(feature)
        guard names.count <= 2 else {
            throw .invalidFeature(feature.name, reason: "there are \(names.count) keys, at most two are possible")
        }
        var keys: [Int] = []
        for name in names {
            let column = try column(name, feature)
            try require(column, EngineBuilder.keyKinds, feature)
            guard !keys.contains(column) else {
                throw .invalidFeature(feature.name, reason: "the key \(QuotedText.value(name)) is given twice")
            }
            _ = word(column)
            keys.append(column)
        }
        return HistoryTableKey(keys: keys.sorted(), filter: filter?.description, tile: tile)
    }
}
