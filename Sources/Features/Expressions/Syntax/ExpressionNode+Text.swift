extension ExpressionNode {
    /// The canonical text, which is parsed to the same nodes.
    var text: String {
        switch form {
        case .number(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .text(let value): ExpressionLexer.quoted(text: value)
        case .truth(let value): "\(value)"
        case .null: "null"
        case .column(let name): ExpressionLexer.quoted(name: name)
        // Two signs in a row would be read as one number, or look like a comment of SQL.
        case .negation(let operand): "-" + operand.text(within: .value)
        case .arithmetic(let symbol, let left, let right):
            "\(left.text(within: symbol.precedence)) \(symbol.rawValue) \(right.text(within: symbol.precedence.next))"
        case .comparison(let symbol, let left, let right):
            "\(left.text(within: .sum)) \(symbol.rawValue) \(right.text(within: .sum))"
        case .not(let operand): "not \(operand.text(within: .not))"
        case .and(let operands): operands.map { $0.text(within: .not) }.joined(separator: " and ")
        case .or(let operands): operands.map { $0.text(within: .and) }.joined(separator: " or ")
        case .membership(let operand, let elements, let isNegated):
            "\(operand.text(within: .sum)) \(isNegated ? "not " : "")in (\(ExpressionNode.list(elements)))"
        case .between(let operand, let lower, let upper, let isNegated):
            "\(operand.text(within: .sum)) \(isNegated ? "not " : "")between "
                + "\(lower.text(within: .sum)) and \(upper.text(within: .sum))"
        case .isNull(let operand, let isNegated):
            "\(operand.text(within: .sum)) is \(isNegated ? "not " : "")null"
        case .call(let function, let arguments): "\(function.rawValue)(\(ExpressionNode.list(arguments)))"
        }
    }

    private static func list(_ nodes: [ExpressionNode]) -> String { nodes.map(\.text).joined(separator: ", ") }

    private func text(within precedence: ExpressionPrecedence) -> String {
        form.precedence < precedence ? "(\(text))" : text
    }
}

extension ExpressionNode.Form {
    fileprivate var precedence: ExpressionPrecedence {
        switch self {
        case .number, .integer: isNegativeNumber ? .negation : .value
        case .text, .truth, .null, .column, .call: .value
        case .negation: .negation
        case .arithmetic(let symbol, _, _): symbol.precedence
        case .comparison, .membership, .between, .isNull: .comparison
        case .not: .not
        case .and: .and
        case .or: .or
        }
    }
}
