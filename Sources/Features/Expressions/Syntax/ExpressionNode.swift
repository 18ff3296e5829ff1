/// A parsed expression, as it is written: names and types are not checked.
struct ExpressionNode: Sendable {
    let form: Form
    /// Bytes of the text that it was parsed from, without parentheses around it.
    let range: Range<Int>
    /// Nodes on the longest way down, this one included.
    let height: Int

    indirect enum Form: Sendable {
        case number(Double)
        case integer(Int64)
        case text(String)
        case truth(Bool)
        case null
        case column(String)
        case negation(ExpressionNode)
        case arithmetic(ArithmeticOperator, ExpressionNode, ExpressionNode)
        case comparison(ComparisonOperator, ExpressionNode, ExpressionNode)
        case not(ExpressionNode)
        case and([ExpressionNode])
        case or([ExpressionNode])
        /// The elements of the list are literals.
        case membership(ExpressionNode, in: [ExpressionNode], isNegated: Bool)
        case between(ExpressionNode, ExpressionNode, ExpressionNode, isNegated: Bool)
        case isNull(ExpressionNode, isNegated: Bool)
        case call(ExpressionFunction, [ExpressionNode])
    }

    init(_ form: Form, _ range: Range<Int>) {
        self.form = form
        self.range = range
        height = 1 + (form.children.lazy.map(\.height).max() ?? 0)
    }
}

/// An operator between numbers.
enum ArithmeticOperator: String, Sendable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case remainder = "%"

    var precedence: ExpressionPrecedence {
        switch self {
        case .add, .subtract: .sum
        case .multiply, .divide, .remainder: .product
        }
    }
}

/// An operator that compares two values of one type.
enum ComparisonOperator: String, Sendable {
    case equal = "="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
}

/// How tightly operators bind, the loosest first.
enum ExpressionPrecedence: Int, Comparable {
    case or, and, not, comparison, sum, product, negation, value

    static func < (left: ExpressionPrecedence, right: ExpressionPrecedence) -> Bool { left.rawValue < right.rawValue }

    /// That of the right operand of an operator that groups to the left.
    var next: ExpressionPrecedence { ExpressionPrecedence(rawValue: rawValue + 1) ?? .value }
}

extension ExpressionNode.Form {
    var children: [ExpressionNode] {
        switch self {
        case .number, .integer, .text, .truth, .null, .column: []
        case .negation(let operand), .not(let operand), .isNull(let operand, _): [operand]
        case .arithmetic(_, let left, let right), .comparison(_, let left, let right): [left, right]
        case .and(let operands), .or(let operands), .call(_, let operands): operands
        case .membership(let operand, let elements, _): [operand] + elements
        case .between(let operand, let lower, let upper, _): [operand, lower, upper]
        }
    }

    /// A number below 0, or -0.
    var isNegativeNumber: Bool {
        switch self {
        case .number(let value): value.sign == .minus
        case .integer(let value): value < 0
        default: false
        }
    }

    var isLiteral: Bool {
        switch self {
        case .number, .integer, .text, .truth, .null: true
        default: false
        }
    }
}
