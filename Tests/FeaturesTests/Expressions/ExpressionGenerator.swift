import Features
import TestSupport

/// Random expressions, each in the language and in SQL of DuckDB, and random records. SQL has no functions that are null where
/// their result is not finite, so each is wrapped.
struct ExpressionGenerator {
    struct Pair {
        let text: String
        let sql: String

        init(_ text: String, _ sql: String) {
            self.text = text
            self.sql = sql
        }
    }

    var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    private mutating func pick<Value>(_ values: [Value], or fallback: Value) -> Value {
        values.randomElement(using: &generator) ?? fallback
    }

    private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &generator) < percent }

    // MARK: Expressions

    mutating func number(_ depth: Int) -> Pair {
        guard depth > 0, !chance(15) else { return numberLeaf() }
        switch Int.random(in: 0..<12, using: &generator) {
        case 0...3:
            let left = number(depth - 1), right = number(depth - 1)
            let symbol = pick(["+", "-", "*", "/", "%"], or: "+")
            let divisor = symbol == "/" || symbol == "%" ? "nullif(\(right.sql), 0)" : right.sql
            return Pair("(\(left.text) \(symbol) \(right.text))", "finite((\(left.sql)) \(symbol) (\(divisor)))")
        case 4:
            let operand = number(depth - 1)
            return Pair("(-\(operand.text))", "(-(\(operand.sql)))")
        case 5:
            let operand = number(depth - 1)
            let name = pick(["abs", "floor", "ceil", "round"], or: "abs")
            return Pair("\(name)(\(operand.text))", "\(name)(\(operand.sql))")
        case 6:
            let operand = number(depth - 1)
            return chance(50)
                ? Pair("sqrt(\(operand.text))", "root(\(operand.sql))")
                : Pair("log(\(operand.text))", "logarithm(\(operand.sql))")
        case 7:
            let left = number(depth - 1), right = number(depth - 1)
            let name = chance(50) ? "min" : "max"
            return Pair("\(name)(\(left.text), \(right.text))", "\(name)imum(\(left.sql), \(right.sql))")
        case 8:
            let left = number(depth - 1), right = number(depth - 1)
            return Pair("coalesce(\(left.text), \(right.text))", "coalesce(\(left.sql), \(right.sql))")
        case 9:
            let text = text(depth - 1)
            return Pair("length(\(text.text))", "length(\(text.sql))::DOUBLE")
        default:
            let condition = truth(depth - 1), left = number(depth - 1), right = number(depth - 1)
            return Pair(
                "if(\(condition.text), \(left.text), \(right.text))",
                "CASE WHEN \(condition.sql) THEN \(left.sql) ELSE \(right.sql) END")
        }
    }

    private mutating func numberLeaf() -> Pair {
        switch Int.random(in: 0..<6, using: &generator) {
        case 0:
            let value = pick([0, 1, -1, 0.5, 2.5, 100, 1e-3, 123.456], or: 0)
            return Pair("\(value)", "'\(value)'::DOUBLE")
        case 1:
            let name = pick(["id", "card", "code"], or: "id")
            return Pair(name, "\(name)::DOUBLE")
        case 2: return chance(20) ? Pair("null", "NULL::DOUBLE") : Pair("7", "7::DOUBLE")
        default: return pick([Pair("amount", "amount"), Pair("`limit`", "\"limit\"")], or: Pair("amount", "amount"))
        }
    }

    mutating func text(_ depth: Int) -> Pair {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 5), using: &generator) {
        case 0...1: return Pair("currency", "currency")
        case 2...3: return Pair("merchant", "merchant")
        case 4:
            let value = literal()
            return Pair(RowExpression.quotedText(value), Self.quoted(value))
        case 5:
            let operand = text(depth - 1)
            return Pair("lower(\(operand.text))", "lower(\(operand.sql))")
        case 6:
            let left = text(depth - 1), right = text(depth - 1)
            return Pair("coalesce(\(left.text), \(right.text))", "coalesce(\(left.sql), \(right.sql))")
        default:
            let condition = truth(depth - 1), left = text(depth - 1), right = text(depth - 1)
            return Pair(
                "if(\(condition.text), \(left.text), \(right.text))",
                "CASE WHEN \(condition.sql) THEN \(left.sql) ELSE \(right.sql) END")
        }
    }

    private mutating func literal() -> String {
        pick(["", "EUR", "eur", "E", "R", "Straße", "é", "it's", "日本", "😀"], or: "")
    }

    private static func quoted(_ text: String) -> String {
        "'\(text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''"))'"
    }

    /// Two or more operands of one type: numbers, exact integers, texts or times.
    private mutating func operands(_ count: Int, _ depth: Int) -> [Pair] {
        let kind = Int.random(in: 0..<5, using: &generator)
        return (0..<count).map { index in
            switch kind {
            case 0: return text(depth)
            case 1:
                guard index > 0, chance(60) else {
                    let name = pick(["id", "card", "code"], or: "id")
                    return Pair(name, name)
                }
                return integerLiteral()
            case 2:
                guard index > 0 else { return Pair("booked", "booked") }
                let time = pick(["2024-03-01 12:30:00", "2024-02-29 00:00:00", "1969-12-31 23:59:59.999999"], or: "")
                return Pair("'\(time)'", "TIMESTAMP '\(time)'")
            default: return number(depth)
            }
        }
    }

    private mutating func integerLiteral() -> Pair {
        let value = pick([0, 1, -7, 9_007_199_254_740_992, 9_007_199_254_740_993, .max, .min + 1], or: Int64(0))
        return Pair("\(value)", "(\(value))::BIGINT")
    }

    mutating func truth(_ depth: Int) -> Pair {
        guard depth > 0 else {
            return pick(
                [Pair("online", "online"), Pair("true", "true"), Pair("`foreign card`", "\"foreign card\"")],
                or: Pair("false", "false"))
        }
        switch Int.random(in: 0..<13, using: &generator) {
        case 0...2:
            let operands = (0..<Int.random(in: 2...3, using: &generator)).map { _ in truth(depth - 1) }
            let word = chance(50) ? "and" : "or"
            return Pair(
                "(\(operands.map(\.text).joined(separator: " \(word) ")))",
                "(\(operands.map(\.sql).joined(separator: " \(word) ")))")
        case 3:
            let operand = truth(depth - 1)
            return Pair("(not \(operand.text))", "(NOT \(operand.sql))")
        case 4...6:
            let symbol = pick(["=", "!=", "<", "<=", ">", ">="], or: "=")
            let operands = operands(2, depth - 1)
            return Pair(
                "(\(operands[0].text) \(symbol) \(operands[1].text))",
                "(\(operands[0].sql) \(symbol) \(operands[1].sql))")
        case 7:
            let operands = operands(3, depth - 1)
            let not = chance(30) ? "not " : ""
            return Pair(
                "(\(operands[0].text) \(not)between \(operands[1].text) and \(operands[2].text))",
                "(\(operands[0].sql) \(not)BETWEEN \(operands[1].sql) AND \(operands[2].sql))")
        case 8: return membership(depth)
        case 9:
            let operand =
                [number(depth - 1), text(depth - 1), truth(depth - 1), Pair("id", "id"), Pair("booked", "booked")]
                .randomElement(using: &generator) ?? Pair("id", "id")
            let not = chance(30) ? "not " : ""
            return Pair("(\(operand.text) is \(not)null)", "((\(operand.sql)) IS \(not)NULL)")
        case 10:
            let operand = text(depth - 1), part = text(0)
            let name = pick(["starts_with", "ends_with", "contains"], or: "contains")
            return Pair("\(name)(\(operand.text), \(part.text))", "\(name)(\(operand.sql), \(part.sql))")
        case 11:
            let left = truth(depth - 1), right = truth(depth - 1)
            return Pair("coalesce(\(left.text), \(right.text))", "coalesce(\(left.sql), \(right.sql))")
        default:
            let left = truth(depth - 1), right = truth(depth - 1)
            let symbol = chance(50) ? "=" : "!="
            return Pair("(\(left.text) \(symbol) \(right.text))", "((\(left.sql)) \(symbol) (\(right.sql)))")
        }
    }

    private mutating func membership(_ depth: Int) -> Pair {
        let count = Int.random(in: 1...4, using: &generator)
        var elements: [Pair]
        let operand: Pair
        switch Int.random(in: 0..<3, using: &generator) {
        case 0:
            operand = text(depth - 1)
            elements = (0..<count).map { _ in
                let value = literal()
                return Pair(RowExpression.quotedText(value), Self.quoted(value))
            }
        case 1:
            operand = Pair("id", "id")
            elements = (0..<count).map { _ in integerLiteral() }
        default:
            operand = number(depth - 1)
            elements = (0..<count).map { _ in
                let value = pick([0, 1, 2.5, -1, 7], or: 0)
                return Pair("\(value)", "'\(value)'::DOUBLE")
            }
        }
        if chance(20) { elements.append(Pair("null", "NULL")) }
        let not = chance(30) ? "not " : ""
        return Pair(
            "(\(operand.text) \(not)in (\(elements.map(\.text).joined(separator: ", "))))",
            "(\(operand.sql) \(not)IN (\(elements.map(\.sql).joined(separator: ", "))))")
    }

    // MARK: Records

    mutating func record() -> TransactionRecord {
        var values: [String: TransactionValue] = [:]
        for (name, value) in [
            (
                "id",
                TransactionValue.integer(pick([0, 1, -7, 9_007_199_254_740_992, 9_007_199_254_740_993, .max], or: 0))
            ),
            ("card", .integer(Int64.random(in: -3...3, using: &generator))),
            ("code", .integer(Int64.random(in: -3...100, using: &generator))),
            (
                "amount",
                .number(pick([0, 1, -1, 2.5, 0.1, 1e6, Double.random(in: -10...1000, using: &generator)], or: 0))
            ),
            ("limit", .number(pick([0, 100, 1e-3, Double.random(in: -1...1, using: &generator)], or: 0))),
            ("currency", .text(pick(["EUR", "USD", "eur", ""], or: ""))),
            (
                "merchant",
                .text(
                    pick(["Straße 7", "CAFÉ Élan", "it's", "日本語テキスト", "a much longer name of a shop 😀", "E"], or: ""))
            ),
            ("online", .boolean(chance(50))),
            ("foreign card", .boolean(chance(50))),
            ("booked", .time(pick([1_709_296_200_000_000, 1_709_164_800_000_000, -1, 0], or: 0))),
        ] where !chance(20) {
            values[name] = value
        }
        return ExpressionSamples.record(values)
    }
}
