import Features
import Foundation
import Testing

/// How expressions are read and printed.
@Suite struct RowExpressionTests {
    @Test(arguments: [
        ("amount>0 AND currency In (\"EUR\",'USD')", "amount > 0 and currency in ('EUR', 'USD')"),
        ("((amount)) == 1", "amount = 1"),
        ("amount <> 1", "amount != 1"),
        ("a + b * c - d / e % f", "a + b * c - d / e % f"),
        ("(a + b) * (c - d)", "(a + b) * (c - d)"),
        ("a - (b - c) - d", "a - (b - c) - d"),
        ("a / (b * c)", "a / (b * c)"),
        ("not (a = 1 or b = 2) and c = 3", "not (a = 1 or b = 2) and c = 3"),
        ("a or b and c or d", "a or b and c or d"),
        ("(a or b) and (c or d)", "(a or b) and (c or d)"),
        ("(a and b) and c", "(a and b) and c"),
        ("not a = b", "not a = b"),
        ("(not a) = b", "(not a) = b"),
        ("NOT NOT a", "not not a"),
        ("a between 1 and 2 and b NOT BETWEEN 3 and 4", "a between 1 and 2 and b not between 3 and 4"),
        ("a IS NOT NULL or b is null", "a is not null or b is null"),
        ("(a = b) is null", "(a = b) is null"),
        ("a not in (1, -2.5, null, TRUE)", "a not in (1, -2.5, null, true)"),
        ("- a", "-a"),
        ("- -5", "-(-5)"),
        ("-(5)", "-5"),
        ("-(a + b)", "-(a + b)"),
        ("a - -5", "a - -5"),
        ("a--5", "a - -5"),
        ("1.0 + 1e3 + .5 + 1. + 1E-3", "1.0 + 1000.0 + 0.5 + 1.0 + 0.001"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("9223372036854775808", "9.223372036854776e+18"),
        ("'it''s' = \"say \"\"no\"\"\"", "'it''s' = 'say \"no\"'"),
        ("`foreign card` and `in` and `plain`", "`foreign card` and `in` and plain"),
        ("`a``b`", "`a``b`"),
        ("`1st` + device.os_2 + Größe + сумма + betrag_€", "`1st` + device.os_2 + Größe + сумма + betrag_€"),
        ("IF(a, 1, 2) + Min(a, b, c) + max (a, b)", "if(a, 1, 2) + min(a, b, c) + max(a, b)"),
        ("min + if", "min + if"),
        (" \t\n a \r\n", "a"),
    ])
    func canonicalText(_ text: String, _ canonical: String) throws {
        let expression = try RowExpression(text)
        #expect(expression.description == canonical)
        #expect(expression.text == text)
        let again = try RowExpression(canonical)
        #expect(again == expression)
        #expect(again.hashValue == expression.hashValue)
        #expect(again.description == canonical)
    }

    @Test func columnsAreNamedOnceInOrderOfFirstUse() throws {
        let expression = try RowExpression("b > 1 and `my a` in (1) or if(b > c, max(d, b), 'x') = lower(e)")
        #expect(expression.columns == ["b", "my a", "c", "d", "e"])
        #expect(try RowExpression("1 + 2").columns.isEmpty)
    }

    @Test func textsAreComparedByteByByte() throws {
        // The same letter, composed and decomposed.
        let composed = try RowExpression("name = '\u{E9}'"), decomposed = try RowExpression("name = 'e\u{301}'")
        #expect(composed != decomposed)
        #expect(composed.description == decomposed.description)
    }

    @Test func referencesQuoteTheName() throws {
        for name in ["amount", "foreign card", "a`b", "and", "1st", "a.b", ".a", "a.", "été", "a-b", "'", "\n"] {
            let reference = RowExpression.reference(to: name)
            #expect(reference.columns == [name])
            let parsed = try RowExpression(reference.text)
            #expect(parsed == reference)
            #expect(parsed.columns == [name])
            let text = try RowExpression("x = \(RowExpression.quotedText(name))")
            #expect(text.columns == ["x"])
        }
    }

    @Test func jsonIsTheText() throws {
        let expression = try RowExpression("amount>0")
        #expect(String(decoding: try JSONEncoder().encode([expression]), as: UTF8.self) == "[\"amount>0\"]")
        #expect(try JSONDecoder().decode([RowExpression].self, from: Data("[\"amount > 0\"]".utf8)) == [expression])
        #expect {
            try JSONDecoder().decode([RowExpression].self, from: Data("[\"amount >\"]".utf8))
        } throws: { error in
            guard case .dataCorrupted(let context) = error as? DecodingError else { return false }
            return context.debugDescription == "at the end of 'amount >': expected a value"
        }
    }

    @Test(arguments: [
        ("", 0, "at the end of '': the expression is empty"),
        ("  ", 2, "at the end of '  ': the expression is empty"),
        ("a >", 3, "at the end of 'a >': expected a value"),
        ("a > > 1", 4, "character 5, '> 1': expected a value, found '>'"),
        ("(a > 1", 6, "at the end of '(a > 1': expected ')'"),
        ("a > 1)", 5, "character 6, ')': expected an operator or the end, found ')'"),
        ("a b", 2, "character 3, 'b': expected an operator or the end, found 'b'"),
        ("a like 'x'", 2, "character 3, 'like 'x'': expected an operator or the end, found 'like'"),
        ("1 < a < 5", 6, "character 7, '< 5': comparisons do not chain: connect them with 'and', or use 'between'"),
        ("a = 'x", 4, "character 5, ''x': the closing ' is missing"),
        ("é = \"x", 5, "character 5, '\"x': the closing \" is missing"),
        ("`a", 0, "character 1, '`a': the closing ` is missing"),
        ("``", 0, "character 1, '``': a name is empty"),
        ("a && b", 2, "character 3, '&& b': '&' means nothing here; a name with such characters is in backticks"),
        ("12abc", 0, "character 1, '12abc': '12abc' is no number"),
        ("1.2.3", 0, "character 1, '1.2.3': '1.2.3' is no number"),
        ("1e999", 0, "character 1, '1e999': '1e999' is no number"),
        ("a in 1", 5, "character 6, '1': expected a list in parentheses, found '1'"),
        ("a in ()", 6, "character 7, ')': expected a value, found ')'"),
        ("a in (b)", 6, "character 7, 'b)': expected a number, a text, true, false or null, found 'b'"),
        ("a in (1 2)", 8, "character 9, '2)': expected ',' or ')', found '2'"),
        ("a is 1", 5, "character 6, '1': expected 'null' or 'not null', found '1'"),
        ("a not 1", 6, "character 7, '1': expected 'in' or 'between', found '1'"),
        ("a between 1", 11, "at the end of 'a between 1': expected 'and' and the upper bound"),
        ("a = not b", 4, "character 5, 'not b': expected a value, found 'not'"),
        ("sqr(a)", 0, "character 1, 'sqr(a)': there is no function 'sqr'; did you mean 'sqrt'?"),
        (
            "median(a)", 0,
            "character 1, 'median(a)': there is no function 'median'; functions: abs, log, log1p, sqrt, exp, floor, ceil, "
                + "round, min, max, coalesce, if, length, lower, starts_with, ends_with, contains"
        ),
        ("1 + if(a, b)", 4, "character 5, 'if(a, b)': if() takes 3 arguments, not 2"),
        ("abs()", 0, "character 1, 'abs()': abs() takes 1 argument, not 0"),
        ("max(a)", 0, "character 1, 'max(a)': max() takes at least 2 arguments, not 1"),
    ])
    func errorsNameThePosition(_ text: String, _ position: Int, _ message: String) {
        #expect {
            try RowExpression(text)
        } throws: { error in
            let error = error as? ExpressionError
            #expect(error?.position == position)
            #expect(error?.description == message)
            return error?.text == text
        }
    }

    @Test func lengthAndDepthAreBounded() throws {
        func reason(_ text: String) -> ExpressionError.Reason? {
            do {
                _ = try RowExpression(text)
                return nil
            } catch {
                return error.reason
            }
        }
        let limit = RowExpression.maximumDepth
        let deep = ExpressionError.Reason.tooDeep(limit: limit)
        func nested(_ count: Int, _ before: String, _ after: String = "") -> String {
            String(repeating: before, count: count) + "a" + String(repeating: after, count: count)
        }
        for (before, after) in [("(", ")"), ("abs(", ")"), ("not ", ""), ("-", ""), ("not (", ")"), ("1 + (", ")")] {
            #expect(reason(nested(limit / 2 - 1, before, after)) == nil, "\(before)")
            #expect(reason(nested(5000 / before.utf8.count, before, after)) == deep, "\(before)")
        }
        let sum = Array(repeating: "a", count: limit)
        #expect(reason(sum.joined(separator: " + ")) == nil)
        #expect(reason((sum + ["a"]).joined(separator: " + ")) == deep)
        // Conditions may be many: they do not nest.
        #expect(reason(Array(repeating: "a", count: 2000).joined(separator: " or ")) == nil)
        let long = String(repeating: " ", count: RowExpression.maximumLength)
        #expect(reason(long + "a") == .tooLong(limit: RowExpression.maximumLength))
        #expect(reason(long.dropLast() + "a") == nil)
    }
}
