import Columnar

/// Parses an expression's text by the precedence of operators.
struct ExpressionParser {
    private typealias Keyword = ExpressionLexer.Keyword
    private typealias Symbol = ExpressionLexer.Symbol
    private typealias Token = ExpressionLexer.Token

    private let text: String
    private let tokens: [Token]
    private var index = 0
    private var depth = 0
    /// The names met so far, each once, in order.
    private(set) var columns: [String] = []
    private var known: Set<String> = []

    init(_ text: String) throws(ExpressionError) {
        self.text = text
        tokens = try ExpressionLexer.tokens(of: text)
    }

    /// The whole text.
    mutating func parse() throws(ExpressionError) -> ExpressionNode {
        guard current.kind != .end else { throw failure(.empty) }
        let root = try expression(.or)
        guard current.kind == .end else { throw unexpected("an operator or the end") }
        return root
    }

    // MARK: Operators

    private mutating func expression(_ lowest: ExpressionPrecedence) throws(ExpressionError) -> ExpressionNode {
        let start = current.range.lowerBound
        var left = try operand(lowest)
        var isComparison = false
        while true {
            let form: ExpressionNode.Form
            if lowest <= .or, accept(.or) {
                form = .or(try chain(left, .or, .and))
            } else if lowest <= .and, accept(.and) {
                form = .and(try chain(left, .and, .not))
            } else if lowest <= .comparison, isComparisonNext {
                guard !isComparison else { throw failure(.chainedComparison) }
                form = try comparison(left)
                isComparison = true
            } else if let symbol = arithmeticOperator, lowest <= symbol.precedence {
                advance()
                form = .arithmetic(symbol, left, try expression(symbol.precedence.next))
            } else {
                return left
            }
            left = try make(form, start)
        }
    }

    /// The operands of several equal operators, of which the first one has been read.
    private mutating func chain(
        _ first: ExpressionNode, _ keyword: Keyword, _ precedence: ExpressionPrecedence
    ) throws(ExpressionError) -> [ExpressionNode] {
        var operands = [first]
        repeat { operands.append(try expression(precedence)) } while accept(keyword)
        return operands
    }

    private var arithmeticOperator: ArithmeticOperator? {
        guard case .symbol(let symbol) = current.kind else { return nil }
        return ArithmeticOperator(rawValue: symbol.rawValue)
    }

    private var isComparisonNext: Bool {
        switch current.kind {
        case .symbol(let symbol): ComparisonOperator(rawValue: symbol.rawValue) != nil
        case .keyword(.in), .keyword(.between), .keyword(.is), .keyword(.not): true
        default: false
        }
    }

    private mutating func comparison(_ left: ExpressionNode) throws(ExpressionError) -> ExpressionNode.Form {
        if case .symbol(let symbol) = current.kind, let comparison = ComparisonOperator(rawValue: symbol.rawValue) {
            advance()
            return .comparison(comparison, left, try expression(.sum))
        }
        if accept(.is) {
            let isNegated = accept(.not)
            guard accept(.null) else { throw unexpected("'null' or 'not null'") }
            return .isNull(left, isNegated: isNegated)
        }
        let isNegated = accept(.not)
        if accept(.in) { return .membership(left, in: try literals(), isNegated: isNegated) }
        guard accept(.between) else { throw unexpected("'in' or 'between'") }
        let lower = try expression(.sum)
        guard accept(.and) else { throw unexpected("'and' and the upper bound") }
        return .between(left, lower, try expression(.sum), isNegated: isNegated)
    }

    private mutating func literals() throws(ExpressionError) -> [ExpressionNode] {
        guard accept(.leftParenthesis) else { throw unexpected("a list in parentheses") }
        var elements: [ExpressionNode] = []
        repeat {
            let position = current.range.lowerBound
            let element = try expression(.sum)
            guard element.form.isLiteral else {
                let found = String(
                    decoding: text.utf8.prefix(element.range.upperBound).dropFirst(position), as: UTF8.self)
                throw ExpressionError(
                    text, at: position, .expected("a number, a text, true, false or null", found: found))
            }
            elements.append(element)
        } while accept(.comma)
        guard accept(.rightParenthesis) else { throw unexpected("',' or ')'") }
        return elements
    }

    // MARK: Operands

    private mutating func operand(_ lowest: ExpressionPrecedence) throws(ExpressionError) -> ExpressionNode {
        let token = current
        let start = token.range.lowerBound
        switch token.kind {
        case .keyword(.not) where lowest <= .not:
            advance()
            let operand = try nested { (parser) throws(ExpressionError) in try parser.expression(.not) }
            return try make(.not(operand), start)
        case .symbol(.minus):
            advance()
            if case .number(let digits) = current.kind {
                advance()
                return try make(try number(digits, sign: "-", start), start)
            }
            let operand = try nested { (parser) throws(ExpressionError) in try parser.operand(.negation) }
            return try make(ExpressionParser.negated(operand), start)
        case .symbol(.leftParenthesis):
            advance()
            let inner = try nested { (parser) throws(ExpressionError) in try parser.expression(.or) }
            guard accept(.rightParenthesis) else { throw unexpected("')'") }
            return inner
        case .number(let digits):
            advance()
            return try make(try number(digits, sign: "", start), start)
        case .text(let value):
            advance()
            return try make(.text(value), start)
        case .keyword(.true), .keyword(.false):
            advance()
            return try make(.truth(token.kind == .keyword(.true)), start)
        case .keyword(.null):
            advance()
            return try make(.null, start)
        case .name(let name):
            advance()
            return try column(name, start)
        case .word(let word):
            advance()
            guard accept(.leftParenthesis) else { return try column(word, start) }
            return try call(word, start)
        default: throw unexpected("a value")
        }
    }

    private mutating func column(_ name: String, _ start: Int) throws(ExpressionError) -> ExpressionNode {
        if known.insert(name).inserted { columns.append(name) }
        return try make(.column(name), start)
    }

    /// A function's arguments; its name and a parenthesis have been read.
    private mutating func call(_ name: String, _ start: Int) throws(ExpressionError) -> ExpressionNode {
        guard let function = ExpressionFunction(rawValue: name.lowercased()) else {
            let nearest = NearestNames.nearest(to: name, in: ExpressionFunction.names)
            throw ExpressionError(text, at: start, .unknownFunction(name: name, nearest: nearest))
        }
        var arguments: [ExpressionNode] = []
        if !accept(.rightParenthesis) {
            repeat {
                arguments.append(try nested { (parser) throws(ExpressionError) in try parser.expression(.or) })
            } while accept(.comma)
            guard accept(.rightParenthesis) else { throw unexpected("',' or ')'") }
        }
        guard function.argumentCounts.contains(arguments.count) else {
            throw ExpressionError(
                text, at: start,
                .wrongArgumentCount(
                    function: function.rawValue, expected: function.argumentCountText, actual: arguments.count))
        }
        return try make(.call(function, arguments), start)
    }

    /// An integer if the digits are one of 64 bits, else the nearest floating-point number.
    private func number(
        _ digits: String, sign: String, _ start: Int
    ) throws(ExpressionError) -> ExpressionNode.Form {
        if let integer = Int64(sign + digits) { return .integer(integer) }
        guard let number = Double(sign + digits), number.isFinite else {
            throw ExpressionError(text, at: start, .invalidNumber(sign + digits))
        }
        return .number(number)
    }

    /// The sign belongs to a number that has none, so that it prints as it is read.
    private static func negated(_ operand: ExpressionNode) -> ExpressionNode.Form {
        switch operand.form {
        case .integer(let value) where value >= 0: .integer(-value)
        case .number(let value) where value.sign == .plus: .number(-value)
        default: .negation(operand)
        }
    }

    // MARK: Tokens

    private var current: Token { tokens[index] }

    /// The last token stays.
    private mutating func advance() { index = min(index + 1, tokens.count - 1) }

    private mutating func accept(_ keyword: Keyword) -> Bool { accept(.keyword(keyword)) }

    private mutating func accept(_ symbol: Symbol) -> Bool { accept(.symbol(symbol)) }

    private mutating func accept(_ kind: ExpressionLexer.Kind) -> Bool {
        guard current.kind == kind else { return false }
        advance()
        return true
    }

    private mutating func nested(
        _ parse: (inout ExpressionParser) throws(ExpressionError) -> ExpressionNode
    ) throws(ExpressionError) -> ExpressionNode {
        depth += 1
        defer { depth -= 1 }
        guard depth <= RowExpression.maximumDepth else { throw failure(.tooDeep(limit: RowExpression.maximumDepth)) }
        return try parse(&self)
    }

    private func make(_ form: ExpressionNode.Form, _ start: Int) throws(ExpressionError) -> ExpressionNode {
        let node = ExpressionNode(form, start..<tokens[index - 1].range.upperBound)
        guard node.height <= RowExpression.maximumDepth else {
            throw ExpressionError(text, at: start, .tooDeep(limit: RowExpression.maximumDepth))
        }
        return node
    }

    private func failure(_ reason: ExpressionError.Reason) -> ExpressionError {
        ExpressionError(text, at: current.range.lowerBound, reason)
    }

    private func unexpected(_ expected: String) -> ExpressionError {
        let found = String(
            decoding: text.utf8.prefix(current.range.upperBound).dropFirst(current.range.lowerBound), as: UTF8.self)
        return failure(.expected(expected, found: current.kind == .end ? nil : found))
    }
}
