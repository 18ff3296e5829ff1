import Columnar

/// Finds the columns and features that an expression names, and checks the types of its operands.
struct ExpressionChecker {
    typealias Typed = (value: CheckedExpression, type: ExpressionValueType)

    private let text: String
    private let schema: TransactionSchema
    private let features: [String]

    init(_ text: String, schema: TransactionSchema, features: [String]) {
        self.text = text
        self.schema = schema
        self.features = features
    }

    /// A whole expression, which is a number or a truth value.
    func check(
        _ root: ExpressionNode, as result: BoundExpression.Result?
    ) throws(ExpressionError) -> (value: CheckedExpression, result: BoundExpression.Result) {
        let whole = try typed(root)
        if whole.type == .truth { return (whole.value, .truth) }
        if result == .truth { return (try require(.truth, whole, root, "a filter"), .truth) }
        guard whole.type.isNumeric || whole.type == .null else {
            throw wrongType(root, whole.type, "a whole expression", "to be a number or a truth value")
        }
        return (convert(whole, to: .number), .number)
    }

    private func typed(_ node: ExpressionNode) throws(ExpressionError) -> Typed {
        switch node.form {
        case .number(let value): return (.constant(.number(value)), .number)
        case .integer(let value): return (.constant(.integer(value)), .integer)
        case .text(let value): return (.constant(.text(Array(value.utf8))), .text)
        case .truth(let value): return (.constant(.truth(value)), .truth)
        case .null: return (.constant(.number(.nan)), .null)
        case .column(let name): return try column(name, node)
        case .negation(let operand): return (.operation(.negate, [try number(operand, "'-'")]), .number)
        case .arithmetic(let symbol, let left, let right):
            let name = "'\(symbol.rawValue)'"
            return (.operation(symbol.operation, [try number(left, name), try number(right, name)]), .number)
        case .comparison(let symbol, let left, let right): return (try comparison(symbol, left, right), .truth)
        case .not(let operand): return (.operation(.not, [try truth(operand, "'not'")]), .truth)
        case .and(let operands):
            return (.and(try each(operands) { (node) throws(ExpressionError) in try truth(node, "'and'") }), .truth)
        case .or(let operands):
            return (.or(try each(operands) { (node) throws(ExpressionError) in try truth(node, "'or'") }), .truth)
        case .membership(let operand, let elements, let isNegated):
            return (negate(try membership(operand, elements), if: isNegated), .truth)
        case .between(let operand, let lower, let upper, let isNegated):
            let (values, type) = try unify([operand, lower, upper], "'between'")
            guard type != .truth else { throw wrongType(operand, type, "'between'", "numbers, texts or times") }
            return (negate(.between(type.kind, values[0], values[1], values[2]), if: isNegated), .truth)
        case .isNull(let operand, let isNegated):
            let value = try typed(operand)
            return (negate(.operation(.isNull(value.type.kind), [value.value]), if: isNegated), .truth)
        case .call(let function, let arguments): return try call(function, arguments)
        }
    }

    // MARK: Names

    private func column(_ name: String, _ node: ExpressionNode) throws(ExpressionError) -> Typed {
        if let index = schema.columns.firstIndex(where: { $0.name == name }) { return column(at: index) }
        if let index = features.firstIndex(of: name) { return (.feature(index), .number) }
        if let index = schema.columns.firstIndex(where: { $0.isNamed(name) }) { return column(at: index) }
        let available = schema.columns.map(\.name) + features
        let nearest = NearestNames.nearest(to: name, in: available)
        throw ExpressionError(
            text, at: node.range.lowerBound, .unknownColumn(name: name, nearest: nearest, available: available))
    }

    private func column(at index: Int) -> Typed {
        switch schema.columns[index].type {
        case .integer(let width, _): (.column(index, width == .bits32 ? .loadInt32 : .loadInt64), .integer)
        case .float: (.column(index, .loadFloat64), .number)
        case .text, .category: (.column(index, .loadText), .text)
        case .boolean: (.column(index, .loadTruth), .truth)
        case .timestamp(let format, let timeZone):
            (.column(index, .loadInt64), .time(isUTC: timeZone != nil || format.hasOffset))
        case .relativeTime: (.column(index, .loadInt64), .time(isUTC: false))
        }
    }

    // MARK: Operators

    private func comparison(
        _ symbol: ComparisonOperator, _ left: ExpressionNode, _ right: ExpressionNode
    ) throws(ExpressionError) -> CheckedExpression {
        let (values, type) = try unify([left, right], "'\(symbol.rawValue)'", prefersNumbers: true)
        let isOrdering = symbol != .equal && symbol != .notEqual
        guard type != .truth || !isOrdering else {
            throw wrongType(left, type, "'\(symbol.rawValue)'", "numbers, texts or times")
        }
        let kind = type.kind
        switch symbol {
        case .equal: return .operation(.equal(kind), values)
        case .notEqual: return .operation(.not, [.operation(.equal(kind), values)])
        case .less: return .operation(.less(kind), values)
        case .lessOrEqual: return .operation(.lessOrEqual(kind), values)
        case .greater: return .operation(.less(kind), values.reversed())
        case .greaterOrEqual: return .operation(.lessOrEqual(kind), values.reversed())
        }
    }

    private func membership(
        _ operand: ExpressionNode, _ elements: [ExpressionNode]
    ) throws(ExpressionError) -> CheckedExpression {
        let (values, type) = try unify([operand] + elements, "'in'")
        guard type != .truth else { throw wrongType(operand, type, "'in'", "a number, a text or a time") }
        var numbers: [Double] = []
        var integers: [Int64] = []
        var texts: [[UInt8]] = []
        for case .constant(let constant) in values.dropFirst() {
            switch constant {
            // One zero, since they are found by their order.
            case .number(let value) where !value.isNaN: numbers.append(value == 0 ? 0 : value)
            case .integer(let value?): integers.append(value)
            case .text(let value?): texts.append(value)
            default: break
            }
        }
        let list: ExpressionList.Values =
            switch type.kind {
            case .number, .truth: .numbers(Set(numbers).sorted())
            case .integer: .integers(Set(integers).sorted())
            case .text: .texts(Set(texts).sorted { $0.lexicographicallyPrecedes($1) })
            }
        let hasNull = numbers.count + integers.count + texts.count < elements.count
        return .membership(values[0], ExpressionList(values: list, hasNull: hasNull))
    }

    private func negate(_ value: CheckedExpression, if isNegated: Bool) -> CheckedExpression {
        isNegated ? .operation(.not, [value]) : value
    }

    // MARK: Functions

    private func call(
        _ function: ExpressionFunction, _ arguments: [ExpressionNode]
    ) throws(ExpressionError) -> Typed {
        let name = "\(function.rawValue)()"
        func numeric(_ operation: ExpressionOperation) throws(ExpressionError) -> Typed {
            let values = try each(arguments) { (node) throws(ExpressionError) in try number(node, name) }
            let first = values[0]
            return (
                values.count == 1
                    ? .operation(operation, [first])
                    : values.dropFirst().reduce(first) { .operation(operation, [$0, $1]) }, .number
            )
        }
        func textual(
            _ operation: ExpressionOperation, _ type: ExpressionValueType
        ) throws(ExpressionError) -> Typed {
            let values = try each(arguments) { (node) throws(ExpressionError) in
                try require(.text, try typed(node), node, name)
            }
            return (.operation(operation, values), type)
        }
        switch function {
        case .abs: return try numeric(.abs)
        case .log: return try numeric(.log)
        case .log1p: return try numeric(.log1p)
        case .sqrt: return try numeric(.sqrt)
        case .exp: return try numeric(.exp)
        case .floor: return try numeric(.floor)
        case .ceil: return try numeric(.ceil)
        case .round: return try numeric(.round)
        case .minimum: return try numeric(.minimum)
        case .maximum: return try numeric(.maximum)
        case .length: return try textual(.length, .number)
        case .lower: return try textual(.lower, .text)
        case .startsWith: return try textual(.startsWith, .truth)
        case .endsWith: return try textual(.endsWith, .truth)
        case .contains: return try textual(.contains, .truth)
        case .coalesce:
            let (values, type) = try unify(arguments, name)
            return (.coalesce(type.kind, values), type)
        case .choice:
            let condition = try truth(arguments[0], name)
            let (values, type) = try unify(Array(arguments.dropFirst()), name)
            return (.choice(condition, values[0], values[1]), type)
        }
    }

    // MARK: Types

    private func number(_ node: ExpressionNode, _ operation: String) throws(ExpressionError) -> CheckedExpression {
        try require(.number, try typed(node), node, operation)
    }

    private func truth(_ node: ExpressionNode, _ operation: String) throws(ExpressionError) -> CheckedExpression {
        try require(.truth, try typed(node), node, operation)
    }

    private func require(
        _ type: ExpressionValueType, _ value: Typed, _ node: ExpressionNode, _ operation: String
    ) throws(ExpressionError) -> CheckedExpression {
        guard value.type == type || value.type == .null || (value.type.isNumeric && type.isNumeric) else {
            throw wrongType(node, value.type, operation, type.phrase)
        }
        return convert(value, to: type)
    }

    /// Converts operands to the one type in which they are compared: numbers unless all are integers, and times if one is.
    private func unify(
        _ nodes: [ExpressionNode], _ operation: String, prefersNumbers: Bool = false
    ) throws(ExpressionError) -> (values: [CheckedExpression], type: ExpressionValueType) {
        let operands = try each(nodes) { (node) throws(ExpressionError) in try typed(node) }
        let types = operands.map(\.type)
        // Literals take the type of what they are compared with.
        let known = nodes.indices.filter { types[$0] != .null && !isTextLiteral(nodes[$0]) }
        let wanted = known.first { prefersNumbers && types[$0].isNumeric } ?? known.first
        var type = wanted.map { types[$0] } ?? types.first { $0 != .null } ?? .null
        if type.isNumeric, types.contains(.number) { type = .number }
        var values: [CheckedExpression] = []
        for (operand, node) in zip(operands, nodes) {
            if case .time(let isUTC) = type, case .text(let value) = node.form {
                values.append(.constant(.integer(try microseconds(value, isUTC: isUTC, node))))
            } else if operand.type.isTime && type.isTime {
                values.append(operand.value)
            } else {
                values.append(try require(type, operand, node, "\(operation) with \(type.phrase)"))
            }
        }
        return (values, type)
    }

    private func isTextLiteral(_ node: ExpressionNode) -> Bool {
        if case .text = node.form { true } else { false }
    }

    /// A value in another type that holds it.
    private func convert(_ typed: Typed, to type: ExpressionValueType) -> CheckedExpression {
        guard typed.type != type else { return typed.value }
        guard typed.type != .null else { return .constant(type.kind.null) }
        switch typed.value {
        case .constant(.integer(let value)): return .constant(.number(value.map { Double($0) } ?? .nan))
        case .column(let index, .loadInt32): return .column(index, .loadInt32AsNumber)
        case .column(let index, .loadInt64): return .column(index, .loadInt64AsNumber)
        default: return .operation(.numberFromInteger, [typed.value])
        }
    }

    /// A time as in `'2024-03-01'` or `'2024-03-01 12:30:00'`.
    private func microseconds(
        _ value: String, isUTC: Bool, _ node: ExpressionNode
    ) throws(ExpressionError) -> Int64 {
        func failure(_ reason: String) -> ExpressionError {
            ExpressionError(text, at: node.range.lowerBound, .invalidTime(value: value, reason: reason))
        }
        let seconds = "0000-00-00 00:00:00".utf8.count, date = "0000-00-00".utf8.count
        let whole = value.utf8.count == date ? value + " 00:00:00" : value
        guard let microseconds = CivilDateTime.microseconds(parsing: whole) else {
            throw failure("expected 'yyyy-MM-dd' or 'yyyy-MM-dd HH:mm:ss'")
        }
        let hasOffset = whole.utf8.dropFirst(seconds).contains { "Z+-".utf8.contains($0) }
        guard isUTC || !hasOffset else { throw failure("the times of the column have no time zone") }
        return microseconds
    }

    private func wrongType(
        _ node: ExpressionNode, _ type: ExpressionValueType, _ operation: String, _ expected: String
    ) -> ExpressionError {
        let operand = String(
            decoding: text.utf8.prefix(node.range.upperBound).dropFirst(node.range.lowerBound), as: UTF8.self)
        return ExpressionError(
            text, at: node.range.lowerBound,
            .wrongType(operand: operand, type: type.phrase, operation: operation, expected: expected))
    }

    private func each<Value>(
        _ nodes: [ExpressionNode], _ transform: (ExpressionNode) throws(ExpressionError) -> Value
    ) throws(ExpressionError) -> [Value] {
        var values: [Value] = []
        for node in nodes { values.append(try transform(node)) }
        return values
    }
}

extension ArithmeticOperator {
    fileprivate var operation: ExpressionOperation {
        switch self {
        case .add: .add
        case .subtract: .subtract
        case .multiply: .multiply
        case .divide: .divide
        case .remainder: .remainder
        }
    }
}
