import Columnar
import Features
import Foundation
import TestSupport
import Testing

@Suite struct TransactionJSONTests {
    private static let example = """
        {"transaction_id":0,"tx_datetime":"2019-08-22T00:00:31.000Z","customer_id":596,"terminal_id":3156,\
        "tx_amount":57.16,"tx_time_seconds":31,"tx_time_days":0,"tx_fraud":0,"tx_fraud_scenario":0}
        """

    private static let transaction = Transaction(
        transactionID: 0, dateTime: 1_566_432_031_000_000, customerID: 596, terminalID: 3156, amount: 57.16,
        timeSeconds: 31,
        timeDays: 0, fraud: 0, fraudScenario: 0)

    private func decode(_ text: String) throws -> Transaction { try TransactionJSON.decode(Array(text.utf8)) }

    @Test func sparksFormIsReadAndWritten() throws {
        #expect(try decode(Self.example) == Self.transaction)
        var text: [UInt8] = []
        TransactionJSON.append(Self.transaction, to: &text)
        #expect(String(decoding: text, as: UTF8.self) == Self.example)
    }

    @Test(arguments: [
        // Any order, white space, plain date-time, absent labels.
        """
         { "tx_time_days" : 0 , "tx_time_seconds":31,\n"tx_amount":57.16,\t"terminal_id":3156,"customer_id":596,\r
        "tx_datetime":"2019-08-22 00:00:31","transaction_id":0 }
        """,
        // Other forms of numbers; the misspelt name; null labels; a key that occurs twice.
        """
        {"tranaction_id":-0,"tx_datetime":"2019-08-22T00:00:31Z","customer_id":5.96e2,"terminal_id":3156.000,"tx_amount":5716E-2,\
        "tx_time_seconds":1,"tx_time_seconds":310e-1,"tx_time_days":0.0e5,"tx_fraud":null,"tx_fraud_scenario":null}
        """,
        // Escapes in names and values; unknown fields of every kind.
        """
        {"transaction\\u005fid":0,"tx_datetime":"2019-08-22\\u002000:00:31","customer_id":596,"extra":{"tx_amount":[1,{"a":[]}],"b":\
        "}\\"\\\\"},"terminal_id":3156,"tx_amount":57.16,"tx_time_seconds":31,"tx_time_days":0,"žluť":"\\ud83d\\ude00","f":false,"t":\
        true,"n":null,"e":[],"o":{},"x":-1.5e-300}
        """,
    ])
    func formsThatAreRead(text: String) throws {
        var expected = Self.transaction
        expected.fraud = nil
        expected.fraudScenario = nil
        #expect(try decode(text) == expected)
    }

    @Test(
        arguments: [
            ("", .unexpectedEnd, 0, nil),
            ("[]", .unexpectedByte(0x5B), 0, nil),
            ("{}", .missingField, 2, .transactionID),
            ("{} x", .trailingBytes, 3, nil),
            ("{\"transaction_id\":1,}", .unexpectedByte(0x7D), 20, nil),
            ("{\"transaction_id\":01}", .malformedNumber, 19, .transactionID),
            ("{\"transaction_id\":\"1\"}", .expectedNumber, 18, .transactionID),
            ("{\"transaction_id\":1.5}", .notAnInteger, 18, .transactionID),
            ("{\"transaction_id\":9223372036854775808}", .outOfRange, 18, .transactionID),
            ("{\"transaction_id\":1e99}", .outOfRange, 18, .transactionID),
            ("{\"customer_id\":null}", .nullField, 15, .customerID),
            ("{\"tx_time_days\":3000000000}", .outOfRange, 16, .timeDays),
            ("{\"tx_amount\":1e400}", .outOfRange, 13, .amount),
            ("{\"tx_amount\":NaN}", .expectedNumber, 13, .amount),
            ("{\"tx_amount\":-}", .malformedNumber, 13, .amount),
            ("{\"tx_amount\":1.", .unexpectedEnd, 15, .amount),
            ("{\"tx_datetime\":31}", .expectedString, 15, .dateTime),
            ("{\"tx_datetime\":\"2019-09-01 24:00:00\"}", .invalidDateTime, 15, .dateTime),
            ("{\"x\":\"\u{1}\"}", .malformedString, 6, nil),
            ("{\"x\":\"\\q\"}", .malformedString, 6, nil),
            ("{\"x\":tru", .unexpectedEnd, 8, nil),
        ] as [(String, TransactionJSONError.Problem, Int, TransactionColumn?)])
    func errorsNameThePosition(
        text: String, problem: TransactionJSONError.Problem, offset: Int, field: TransactionColumn?
    ) throws {
        let error = try #require(throws: TransactionJSONError.self) { try decode(text) }
        #expect(error.problem == problem)
        #expect(error.byteOffset == offset)
        #expect(error.field == field)
        #expect(error.description.contains("byte \(offset)"))
    }

    @Test func nestingIsBounded() throws {
        let levels = TransactionJSON.maximumDepth
        func nested(_ depth: Int) -> String {
            Self.example.dropLast() + ",\"x\":" + String(repeating: "[", count: depth)
                + String(repeating: "]", count: depth) + "}"
        }
        #expect(try decode(nested(levels - 1)) == Self.transaction)
        let error = try #require(throws: TransactionJSONError.self) { try decode(nested(levels)) }
        #expect(error.problem == .tooDeep)
        let endless =
            Array(Self.example.utf8.dropLast()) + Array(",\"x\":".utf8) + [UInt8](repeating: 0x5B, count: 1_000_000)
        #expect(throws: TransactionJSONError.self) { try TransactionJSON.decode(endless) }
    }

    @Test func whatIsWrittenReadsBackInBothReaders() throws {
        var generator = SeededGenerator(seed: 3)
        for round in 0..<5000 {
            let amount =
                switch round % 4 {
                case 0: Double(Int.random(in: 0...10_000_000, using: &generator)) / 100
                case 1: Double.random(in: -1e6...1e6, using: &generator)
                case 2: Double(bitPattern: UInt64.random(in: 0...(0x7FEF << 48), using: &generator))
                default: Double(Int.random(in: -1000...1000, using: &generator))
                }
            let transaction = Transaction(
                transactionID: Int64.random(in: .min ... .max, using: &generator),
                dateTime: Int64.random(in: 0...4_000_000_000_000_000, using: &generator),
                customerID: -999_999, terminalID: Int64.random(in: 0...9999, using: &generator), amount: amount,
                timeSeconds: Int64.random(in: 0...1 << 40, using: &generator),
                timeDays: Int32.random(in: .min ... .max, using: &generator),
                fraud: round % 3 == 0 ? nil : 1, fraudScenario: round % 5 == 0 ? nil : 3)
            var text: [UInt8] = []
            TransactionJSON.append(transaction, dateTimeForm: round % 2 == 0 ? .plain : .iso8601, to: &text)
            #expect(try TransactionJSON.decode(text) == transaction)
            let other = try JSONDecoder().decode(DecodableTransaction.self, from: Data(text))
            #expect(other.transaction_id == transaction.transactionID && other.tx_amount == transaction.amount)
            #expect(other.tx_time_days == transaction.timeDays && other.tx_fraud == transaction.fraud)
            #expect(CivilDateTime.microseconds(parsing: other.tx_datetime) == transaction.dateTime)
        }
    }

    @Test func scoresReadBackAsTheSameDoubles() throws {
        var generator = SeededGenerator(seed: 4)
        for probability in [0, 1, 0.5, 0.25, 1e-17, Double.leastNonzeroMagnitude]
            + (0..<2000).map({ _ in Double.random(in: 0...1, using: &generator) })
        {
            var text: [UInt8] = []
            TransactionJSON.appendScore(transactionID: -5, probability: probability, prediction: 1, to: &text)
            let score = try JSONDecoder().decode(DecodableScore.self, from: Data(text))
            #expect(score == DecodableScore(transaction_id: -5, probability: probability, prediction: 1))
        }
    }

    /// Texts near valid ones are accepted or refused as by Python's json, and give the same values.
    @Test(.needs(.python)) func mutatedTextsAreReadAsByPython() throws {
        var generator = SeededGenerator(seed: 5)
        let alphabet = Array("{}[]\",:\\0123456789.-+eEnulltruefalse \n\u{1}é".utf8) + [0x80, 0xC3, 0xFF, 0]
        let seeds = [
            Self.example,
            #"{"tranaction_id":1.0e2,"x":[{"y":"\u00e9\n"},true,null,-0.5E+3],"tx_datetime":"2019-08-22 00:00:31","customer_id":1,"terminal_id":2,"tx_amount":1e-7,"tx_time_seconds":31,"tx_time_days":0,"tx_fraud":null}"#,
        ].map { Array($0.utf8) }
        var texts: [[UInt8]] = []
        for round in 0..<20_000 {
            var text = seeds[round % seeds.count]
            for _ in 0..<Int.random(in: 1...3, using: &generator) where !text.isEmpty {
                let position = Int.random(in: text.indices, using: &generator)
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: text.remove(at: position)
                case 1: text.insert(alphabet[Int.random(in: alphabet.indices, using: &generator)], at: position)
                case 2: text[position] = alphabet[Int.random(in: alphabet.indices, using: &generator)]
                default: text.removeLast(min(text.count, Int.random(in: 0...40, using: &generator)))
                }
            }
            texts.append(text)
        }
        let folder = try TemporaryFolder()
        let lines = texts.map { $0.map { byte in String(format: "%02x", byte) }.joined() }.joined(separator: "\n")
        try lines.write(toFile: folder.path("texts"), atomically: true, encoding: .utf8)
        let judged = try Oracle.json([PythonJudgement].self, Self.judge, [folder.path("texts")])
        try #require(judged.count == texts.count)
        var accepted = 0
        for (text, expected) in zip(texts, judged) {
            let transaction = try? TransactionJSON.decode(text)
            // Python says whether it is JSON with numbers in the right fields; the calendar is tested elsewhere.
            let hasTime = expected.tx_datetime.map { CivilDateTime.microseconds(parsing: $0) != nil } ?? false
            #expect(
                (transaction != nil) == (expected.isTransaction && hasTime), "\(String(decoding: text, as: UTF8.self))")
            guard let transaction, expected.isTransaction else { continue }
            accepted += 1
            #expect(transaction.amount == expected.tx_amount)
            #expect(transaction.customerID == expected.customer_id)
            #expect(transaction.timeSeconds == expected.tx_time_seconds)
        }
        #expect(accepted > 500)
    }

    private static let judge = """
        import json, sys
        def refuse(text): raise ValueError(text)
        def whole(value, bits):
            if type(value) is float and value.is_integer(): value = int(value)
            return value if type(value) is int and -2 ** (bits - 1) <= value < 2 ** (bits - 1) else None
        results = []
        for line in open(sys.argv[1]).read().split("\\n"):
            result = {"isTransaction": False}
            try:
                value = json.loads(bytes.fromhex(line).decode("utf-8"), parse_constant=refuse)
                if type(value) is dict:
                    pairs = json.loads(bytes.fromhex(line).decode("utf-8"), object_pairs_hook=lambda pairs: pairs)
                    # Every occurrence of a field is checked, and the last one counts.
                    result["tx_datetime"] = None
                    good = True
                    values = {}
                    for key, item in pairs:
                        if key == "tranaction_id": key = "transaction_id"
                        bits = {"transaction_id": 64, "customer_id": 64, "terminal_id": 64, "tx_time_seconds": 64,
                                "tx_time_days": 32, "tx_fraud": 32, "tx_fraud_scenario": 32}.get(key)
                        if bits and not (item is None and key.startswith("tx_fraud")):
                            item = whole(item, bits)
                            good = good and item is not None
                        if key == "tx_amount":
                            good = good and type(item) in (int, float) and abs(float(item)) < float("inf")
                        if key == "tx_datetime": good = good and type(item) is str
                        values[key] = item
                    names = ["transaction_id", "tx_datetime", "customer_id", "terminal_id", "tx_amount", "tx_time_seconds",
                             "tx_time_days"]
                    if good and all(name in values for name in names):
                        result = {"isTransaction": True, **{name: values[name] for name in names}}
            except (ValueError, UnicodeDecodeError, OverflowError):
                pass
            results.append(result)
        print(json.dumps(results))
        """

    @Test func randomBytesNeverCrash() {
        var generator = SeededGenerator(seed: 6)
        let alphabet = Array("{}[]\",:\\u0123456789.-eEnulltruefals tx_amount".utf8)
        for _ in 0..<100_000 {
            let count = Int.random(in: 0...40, using: &generator)
            let text = [0x7B] + (0..<count).map { _ in alphabet[Int.random(in: alphabet.indices, using: &generator)] }
            #expect(throws: TransactionJSONError.self) { try TransactionJSON.decode(text) }
        }
    }
}

private struct DecodableTransaction: Decodable {
    let transaction_id: Int64
    let tx_datetime: String
    let tx_amount: Double
    let tx_time_days: Int32
    let tx_fraud: Int32?
}

private struct DecodableScore: Decodable, Hashable {
    let transaction_id: Int64
    let probability: Double
    let prediction: Int32
}

private struct PythonJudgement: Decodable {
    let isTransaction: Bool
    let tx_datetime: String?
    let customer_id: Int64?
    let tx_amount: Double?
    let tx_time_seconds: Int64?
}
