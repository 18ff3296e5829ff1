import Columnar
import Features
import Foundation
import Testing

/// What expressions evaluate to. Every value is computed for a record and for a batch.
@Suite struct BoundExpressionTests {
    private static let values: [String: TransactionValue] = [
        "id": .integer(9_007_199_254_740_993), "code": .integer(-7), "amount": .number(12.5), "currency": .text("EUR"),
        "merchant": .text("Café Zürich & Söhne, Bahnhofstraße"), "online": .boolean(true),
        "booked": .time(1_709_296_200_000_000), "opened": .time(1_709_296_200_000_000),
    ]

    @Test(arguments: [
        ("1 + 2 * 3", 7), ("(1 + 2) * 3", 9), ("7 - 2 - 1", 4), ("7 / 2", 3.5), ("7 / 2 / 2", 1.75), ("7 % 4", 3),
        ("-7 % 4", -3), ("7.5 % -2", 1.5), ("-amount", -12.5), ("- -5", 5), ("code", -7), ("abs(code)", 7),
        ("log(amount)", log(12.5)), ("log1p(amount)", log1p(12.5)), ("sqrt(amount)", 12.5.squareRoot()),
        ("exp(amount)", exp(12.5)), ("floor(-1.5)", -2), ("ceil(-1.5)", -1), ("round(2.5)", 3), ("round(-2.5)", -3),
        ("min(3, 1, 2)", 1), ("max(3, amount, 2)", 12.5), ("coalesce(limit, amount, 1)", 12.5),
        ("coalesce(limit, null, 1)", 1),
        ("if(online, 1, 2)", 1), ("if(limit > 1, 1, 2)", 2), ("if(not online, 1, amount)", 12.5), ("amount > 3", 1),
        ("amount < 3", 0), ("betrag", 12.5), ("AMOUNT", 12.5), ("length(merchant)", 34), ("length('')", 0),
        ("if(lower(merchant) = 'café zürich & söhne, bahnhofstraße', 1, 0)", 1),
    ])
    func numbers(_ text: String, _ expected: Double) throws {
        #expect(try ExpressionSamples.number(text, Self.values) == expected)
    }

    @Test(arguments: [
        "null", "limit", "limit + 1", "-limit", "amount / 0", "0 / 0", "amount % 0", "log(0)", "log(-1)", "log1p(-1)",
        "sqrt(-1)", "exp(1000)", "1e308 * 10", "min(1, limit)", "max(limit, 1)", "abs(limit)", "round(limit)",
        "if(online, limit, 1)", "coalesce(limit, null)", "limit > 1", "length(null)", "if(true, null, 1)", "null + 1",
    ])
    func resultsThatAreNull(_ text: String) throws {
        let value = try ExpressionSamples.number(text, Self.values)
        #expect(value.isNaN && !value.isSignalingNaN)
    }

    @Test(arguments: [
        // Comparisons.
        ("amount > 12", "true"), ("amount >= 12.5", "true"), ("amount < 12.5", "false"), ("amount <= 12.5", "true"),
        ("amount = 12.5", "true"), ("amount != 12.5", "false"), ("12 < amount", "true"), ("limit = limit", "null"),
        ("limit != 1", "null"), ("amount > null", "null"), ("null = null", "null"), ("0.0 = -0.0", "true"),
        // Three-valued logic.
        ("true and true", "true"), ("true and false", "false"), ("true and null", "null"), ("false and null", "false"),
        ("null and true", "null"), ("null and false", "false"), ("null and null", "null"), ("true or null", "true"),
        ("false or null", "null"), ("null or true", "true"), ("null or false", "null"), ("false or false", "false"),
        ("not true", "false"), ("not false", "true"), ("not null", "null"), ("null", "null"),
        ("limit > 1 and limit > 2 and false", "false"), ("limit > 1 or limit > 2 or true", "true"),
        ("true and null and true", "null"), ("online", "true"), ("`foreign card`", "null"), ("online = true", "true"),
        ("online != (amount > 1)", "false"), ("online = null", "null"), ("coalesce(`foreign card`, online)", "true"),
        ("if(amount > 1, online, false)", "true"),
        // Lists and bounds.
        ("currency in ('EUR', 'USD')", "true"), ("currency not in ('EUR', 'USD')", "false"),
        ("currency in ('USD', null)", "null"), ("currency in ('EUR', null)", "true"),
        ("currency not in ('USD', null)", "null"), ("limit in (1, 2)", "null"), ("amount in (1, 12.5)", "true"),
        ("code in (-7)", "true"), ("code in (1, -7.5)", "false"), ("0.0 in (-0.0, 5)", "true"), ("null in (1)", "null"),
        ("amount in (null)", "null"), ("amount between 12.5 and 13", "true"),
        ("amount not between 12.5 and 13", "false"),
        ("amount between 13 and 12", "false"), ("amount between limit and 12", "false"),
        ("amount between limit and 13", "null"), ("amount between 13 and limit", "false"),
        ("currency between 'A' and 'F'", "true"),
        // Null.
        ("limit is null", "true"), ("limit is not null", "false"), ("amount is null", "false"),
        ("(amount / 0) is null", "true"), ("(limit > 1) is null", "true"), ("`foreign card` is null", "true"),
        ("card is null", "true"), ("id is not null", "true"), ("null is null", "true"), ("merchant is null", "false"),
        // Texts.
        ("currency = 'EUR'", "true"), ("currency = 'eur'", "false"), ("lower(currency) = 'eur'", "true"),
        ("currency < 'EURO'", "true"), ("currency > 'EU'", "true"), ("currency <= 'EUR'", "true"),
        ("currency >= 'F'", "false"), ("'' < currency", "true"), ("'Z' < 'a'", "true"),
        ("'\u{E9}' = 'e\u{301}'", "false"),
        ("starts_with(merchant, 'Café')", "true"), ("starts_with('a', 'ab')", "false"),
        ("ends_with(merchant, 'straße')", "true"),
        ("contains(merchant, '& S')", "true"), ("contains(merchant, 'Sohn')", "false"),
        ("contains(merchant, '')", "true"),
        ("contains('aab', 'ab')", "true"), ("contains('', 'a')", "false"), ("contains('', '')", "true"),
        ("ends_with('', '')", "true"), ("starts_with(null, 'a')", "null"), ("coalesce(null, currency) = 'EUR'", "true"),
        ("if(online, currency, merchant) = 'EUR'", "true"), ("lower(merchant) = merchant", "false"),
        // Times.
        ("booked >= '2024-03-01'", "true"), ("booked = '2024-03-01 12:30:00'", "true"),
        ("booked < '2024-03-01T12:30:00.000001'", "true"), ("booked between '2024-02-29' and '2024-03-02'", "true"),
        ("booked in ('2024-03-01 12:30:00', '2024-03-02')", "true"), ("'2024-03-01' > booked", "false"),
        ("opened = '2024-03-01T14:30:00+02:00'", "true"), ("opened = '2024-03-01 12:30:00'", "true"),
        ("opened = booked", "true"), ("coalesce(null, booked) = '2024-03-01 12:30:00'", "true"),
        ("booked is null", "false"),
    ])
    func conditions(_ text: String, _ expected: String) throws {
        #expect(try ExpressionSamples.truth(text, Self.values) == expected)
    }

    @Test func integersAreComparedExactly() throws {
        // As floating-point numbers these would be equal.
        for (text, expected) in [
            ("id = 9007199254740993", "true"), ("id = 9007199254740992", "false"), ("id > 9007199254740992", "true"),
            ("id in (9007199254740992, 9007199254740994)", "false"), ("id in (9007199254740993)", "true"),
            ("id between 9007199254740993 and 9007199254740993", "true"), ("id != card", "null"),
            ("coalesce(card, id) = 9007199254740993", "true"), ("if(online, id, card) = 9007199254740992", "false"),
            ("id = 9007199254740992.0", "true"), ("id > code", "true"), ("-9223372036854775808 < id", "true"),
        ] {
            #expect(try ExpressionSamples.truth(text, Self.values) == expected, "\(text)")
        }
    }

    @Test func valuesThatAreNotFiniteAreNull() throws {
        for value in [Double.nan, .infinity, -.infinity] {
            #expect(try ExpressionSamples.truth("amount is null", ["amount": .number(value)]) == "true")
            #expect(try ExpressionSamples.truth("amount > 1", ["amount": .number(value)]) == "null")
            #expect(try ExpressionSamples.number("coalesce(f, 7)", features: ["f": value]) == 7)
        }
    }

    @Test func featuresAreNumbersByName() throws {
        let values = Self.values
        #expect(try ExpressionSamples.number("amount / mean", values, features: ["mean": 5, "other": 1]) == 2.5)
        #expect(try ExpressionSamples.number("a - b", features: ["a": 5, "b": 7, "c": 0]) == -2)
        // A column is found before a feature of its name, and that before a spelling.
        #expect(try ExpressionSamples.number("amount", values, features: ["amount": 5]) == 12.5)
        #expect(try ExpressionSamples.number("betrag", values, features: ["betrag": 5]) == 5)
        let bound = try RowExpression("b + amount + code + amount").bind(
            to: ExpressionSamples.schema, features: ["a", "b"])
        #expect(bound.features == [1])
        #expect(bound.columns == [3, 2])
        #expect(bound.result == .number)
        #expect(try RowExpression("online").bind(to: ExpressionSamples.schema).result == .truth)
    }

    @Test func truthOfANumberIsWhetherItIsNotZero() throws {
        let bound = try RowExpression("amount").bind(to: ExpressionSamples.schema)
        let records = [TransactionValue.number(0), .number(-2), .null].map { ExpressionSamples.record(["amount": $0]) }
        #expect(records.map { bound.truth(of: $0) } == [false, true, nil])
        let batch = try bound.evaluateTruth(ExpressionSamples.batch(records))
        #expect((0..<batch.count).map { batch[$0] } == [false, true, nil])
        #expect(batch.isTrue.trueIndices == [1])
        #expect(batch.isNull.trueIndices == [2])
    }

    @Test func manyRowsWithManyTexts() throws {
        let records = (0..<300).map { index in
            ExpressionSamples.record([
                "merchant": index % 7 == 0 ? .null : .text(String(repeating: "ÄÖ", count: index)),
                "amount": .number(Double(index)),
            ])
        }
        let bound = try RowExpression("lower(merchant) = lower(lower(merchant)) and contains(lower(merchant), 'öä')")
            .bind(to: ExpressionSamples.schema, as: .truth)
        let batch = try bound.evaluateTruth(ExpressionSamples.batch(records))
        var scratch = ExpressionScratch()
        for (index, record) in records.enumerated() {
            let expected = index % 7 == 0 ? nil : index > 1
            #expect(batch[index] == expected)
            #expect(bound.truth(of: record, scratch: &scratch) == expected)
        }
        #expect(try bound.evaluateTruth(ExpressionSamples.batch([])).count == 0)
        #expect(try bound.evaluateNumbers(ExpressionSamples.batch([])).isEmpty)
    }

    @Test func smallLettersOfAllOfUnicode() throws {
        let growth = try RowExpression("if(lower(merchant) = lower(lower(merchant)), length(lower(merchant)), -1)")
            .bind(to: ExpressionSamples.schema)
        let mapping = try RowExpression("lower(merchant) = currency").bind(to: ExpressionSamples.schema)
        for start in stride(from: UInt32(0x80), through: 0x1_FFFF, by: 256) {
            let scalars = (start..<(start + 256)).compactMap(Unicode.Scalar.init)
            let text = String(String.UnicodeScalarView(scalars))
            let mapped = scalars.map(\.properties.lowercaseMapping).joined()
            let record = ExpressionSamples.record(["merchant": .text(text), "currency": .text(mapped)])
            #expect(mapping.truth(of: record) == true)
            #expect(growth.number(of: record) >= 0)
        }
    }

    @Test func textsThatAreNotUnicodeAreTakenAsTheyAre() throws {
        let bytes: [[UInt8]] = [[0xFF, 0x41], [0x41, 0xC3], [0xE2, 0x82], [0x80], []]
        let schema = TransactionSchema(columns: [SchemaColumn("a", .text)])
        var arrays = ByteArrays()
        for value in bytes { arrays.append(value) }
        let batch = try RecordBatch(
            schema: schema.tableSchema(), columns: [Column(type: .string, storage: .bytes(arrays))])
        let ends = try RowExpression("ends_with(lower(a), 'a')").bind(to: schema).evaluateNumbers(batch)
        #expect(ends == [1, 0, 0, 0, 0])
        #expect(
            try RowExpression("length(lower(a)) = length(a)").bind(to: schema).evaluateNumbers(batch) == [
                1, 1, 1, 1, 1,
            ])
    }

    @Test func batchesOfOtherColumnsAreRefused() throws {
        let bound = try RowExpression("amount > f").bind(to: ExpressionSamples.schema, features: ["e", "f"])
        let batch = try ExpressionSamples.batch([ExpressionSamples.record([:])])
        let other = try RecordBatch([("amount", .float64([1]))])
        #expect(
            throws: ColumnarError.schemaMismatch(
                expected: try ExpressionSamples.schema.tableSchema(), actual: other.schema)
        ) { try bound.evaluateNumbers(other, features: [[1], [1]]) }
        #expect(throws: ColumnarError.countMismatch(field: "features", expected: 2, actual: 1)) {
            try bound.evaluateTruth(batch, features: [[1]])
        }
        #expect(throws: ColumnarError.countMismatch(field: "features[1]", expected: 1, actual: 2)) {
            try bound.evaluateNumbers(batch, features: [[], [1, 2]])
        }
        #expect(try bound.evaluateTruth(batch, features: [[], [1]])[0] == nil)
    }

    @Test func recordsOfOtherValuesCountAsNull() throws {
        #expect(
            try RowExpression("amount is null").bind(to: ExpressionSamples.schema).truth(of: TransactionRecord([]))
                == true)
        for name in ["id", "code", "amount", "currency", "online", "booked"] {
            let wrong: TransactionValue = name == "currency" ? .number(1) : .text("1")
            let bound = try RowExpression("\(name) is null").bind(to: ExpressionSamples.schema)
            #expect(bound.truth(of: ExpressionSamples.record([name: wrong])) == true)
        }
        // A whole number of a floating-point column is that number.
        let bound = try RowExpression("amount").bind(to: ExpressionSamples.schema, features: ["f"])
        #expect(bound.number(of: ExpressionSamples.record(["amount": .integer(3)])) == 3)
    }

    @Test(arguments: [
        ("currency > 5", "character 1, 'currency > 5': 'currency' is text, '>' with a number needs a number"),
        ("5 < currency", "character 5, 'currency': 'currency' is text, '<' with a number needs a number"),
        ("amount = 'x'", "character 10, ''x'': ''x'' is text, '=' with a number needs a number"),
        ("currency in ('EUR', 5)", "character 21, '5)': '5' is a number, 'in' with text needs text"),
        ("currency = online", "character 12, 'online': 'online' is a truth value, '=' with text needs text"),
        ("online < true", "character 1, 'online < true': 'online' is a truth value, '<' needs numbers, texts or times"),
        (
            "online in (true)",
            "character 1, 'online in (true)': 'online' is a truth value, 'in' needs a number, a text or a time"
        ),
        ("amount and online", "character 1, 'amount and online': 'amount' is a number, 'and' needs a truth value"),
        ("online or currency", "character 11, 'currency': 'currency' is text, 'or' needs a truth value"),
        ("not (amount + 1)", "character 6, 'amount + 1)': 'amount + 1' is a number, 'not' needs a truth value"),
        ("1 + currency", "character 5, 'currency': 'currency' is text, '+' needs a number"),
        ("-booked", "character 2, 'booked': 'booked' is a time, '-' needs a number"),
        ("booked > 5", "character 1, 'booked > 5': 'booked' is a time, '>' with a number needs a number"),
        ("lower(amount) = 'x'", "character 7, 'amount) = 'x'': 'amount' is a number, lower() needs text"),
        ("if(amount, 1, 2)", "character 4, 'amount, 1, 2)': 'amount' is a number, if() needs a truth value"),
        ("if(online, 1, 'x')", "character 15, ''x')': ''x'' is text, if() with a number needs a number"),
        (
            "coalesce(online, 1)",
            "character 18, '1)': '1' is a number, coalesce() with a truth value needs a truth value"
        ),
        ("booked > 'x'", "character 10, ''x'': 'x' is no time here: expected 'yyyy-MM-dd' or 'yyyy-MM-dd HH:mm:ss'"),
        (
            "booked > '2024-03-01T00:00:00Z'",
            "character 10, ''2024-03-01T00:00:00Z'': '2024-03-01T00:00:00Z' is no time here: the times of the column have no time zone"
        ),
        ("curency = 'EUR'", "character 1, 'curency = 'EUR'': there is no column 'curency'; did you mean 'currency'?"),
        ("1 + mean_amont", "character 5, 'mean_amont': there is no column 'mean_amont'; did you mean 'mean_amount'?"),
        (
            "xyz > 1",
            "character 1, 'xyz > 1': there is no column 'xyz'; columns: id, card, code, amount, limit, currency, merchant, "
                + "online, foreign card, booked, opened, mean_amount"
        ),
        (
            "currency",
            "character 1, 'currency': 'currency' is text, a whole expression needs to be a number or a truth value"
        ),
    ])
    func errorsOfBinding(_ text: String, _ message: String) throws {
        let expression = try RowExpression(text)
        #expect {
            try expression.bind(to: ExpressionSamples.schema, features: ["mean_amount"])
        } throws: { error in
            #expect((error as? ExpressionError)?.description == message)
            return true
        }
    }

    @Test func filtersAreTruthValues() throws {
        #expect {
            try RowExpression("amount + 1").bind(to: ExpressionSamples.schema, as: .truth)
        } throws: { error in
            (error as? ExpressionError)?.description
                == "character 1, 'amount + 1': 'amount + 1' is a number, a filter needs a truth value"
        }
        #expect(try RowExpression("null").bind(to: ExpressionSamples.schema, as: .truth).result == .truth)
    }
}
