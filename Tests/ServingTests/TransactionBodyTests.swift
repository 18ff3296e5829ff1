import DataPrep
import Foundation
import Serving
import TestSupport
import Testing

/// `POST /predict`'s bodies are accepted and refused as FastAPI does, with the same `detail`.
@Suite struct TransactionBodyTests {
    static let fields = [
        "transaction_id", "tx_datetime", "customer_id", "terminal_id", "tx_amount", "tx_time_seconds", "tx_time_days",
    ]
    static let good = [
        "7", "\"2019-08-22 00:00:31\"", "596", "3156", "57.16", "31", "0",
    ]

    static func body(_ values: [String]) -> String {
        "{" + zip(fields, values).map { "\"\($0)\": \($1)" }.joined(separator: ", ") + "}"
    }

    /// A valid body with one field's value replaced.
    static func replacing(_ field: String, with value: String) -> String {
        body(zip(fields, good).map { $0 == field ? value : $1 })
    }

    static let integers = [
        "5", "\"5\"", "\" 5 \"", "\"5.0\"", "\"5.5\"", "\"abc\"", "\"\"", "5.0", "5.5", "true", "false", "null", "[1]",
        "{\"a\":1}", "-1", "\"1_000\"", "\"1__0\"", "\"_1\"", "\"+5\"", "\"-5\"", "\"--5\"", "\"1e3\"", "1e3", "\"5.\"",
        "-0", "\"0x10\"",
    ]
    static let floats = [
        "5", "\"5\"", "\" 5.5 \"", "\"abc\"", "\"\"", "true", "null", "[1]", "\"1e3\"", "\"1_0\"", "-3.25", "1e-3",
        "{}",
    ]
    static let dates = [
        "\"2019-08-22T00:00:31.000Z\"", "\"2019-08-22\"", "\"2019-09-01 24:00:00\"", "\"2019-02-29 00:00:00\"",
        "\"2020-02-29 00:00:00\"", "\"abc\"", "\"\"", "1566432031", "1566432031000", "1.5", "true", "null",
        "\"2019-08-22 00:00:31.123456789\"", "\"2019-08-22T00:00\"", "\"2019-08-22 00:00:31+03:00\"",
        "\"2019-13-01 00:00:00\"", "\"2019-00-01 00:00:00\"", "\"1566432031\"", "\"2019-08-22t00:00:31z\"",
        "\"2019-08-22_00:00:31\"", "\"2019-08-22 25:00:00\"", "\"2019-08-22 00:61:00\"", "\" 2019-08-22 00:00:31\"",
        "\"2019-08-22 00:00:31 \"", "\"2019-8-2 00:00:00\"", "\"20190822 000031\"", "[]", "\"2019-08-22 00:00:61\"",
    ]
    static let documents = [
        "", " ", "{", "[]", "5", "null", "\"x\"", "{}", "{\"a\":1", "{\"a\" 1}", "{\"a\":}", "{a:1}", "{\"a\":1,}",
        "{\"a\":1} x", "nul", "{\"a\":\"x", "{\"a\":\"\\q\"}", "[1,", "[1 2]", "{\"a\":\"\u{01}\"}", "\u{E9}",
        "{\"\u{E9}\":x}", "{\"a\":01}", "{\"a\":1.}", "{\"a\":-}", "{\"a\":\"\\u12\"}", "{\"a\":1e}", "{,}",
        "{\"a\":[1,{\"b\":null}], \"\u{1F600}\": \"\\ud83d\\ude00\"}", "{\"a\":\"\\n\\t\\\"\\\\\\/\"}", "[[[", "tru",
        "-",
        "{\"a\":1 \"b\":2}", "{\"a\":\"\\", "\t{\n}\r",
    ]

    /// All of the above, and valid bodies with random characters replaced, removed or doubled.
    static func allBodies() -> [String] {
        var bodies = documents
        bodies += integers.flatMap { [replacing("customer_id", with: $0), replacing("tx_time_days", with: $0)] }
        bodies += floats.map { replacing("tx_amount", with: $0) }
        bodies += dates.map { replacing("tx_datetime", with: $0) }
        bodies.append(body(["null", "5", "\"x\"", "1.5", "\"y\"", "[]", "{}"]))
        bodies.append(body(Array(good.prefix(3))))
        bodies.append("{\"customer_id\": 1, \"customer_id\": \"x\"}")
        var generator = SeededGenerator(seed: 11)
        let alphabet = Array("{}[]\",:0123456789.-+eE tfn\\ax_\u{E9}")
        for _ in 0..<1_500 {
            var characters = Array(body(good))
            for _ in 0..<Int.random(in: 1...2, using: &generator) {
                let index = Int.random(in: characters.indices, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: characters[index] = alphabet.randomElement(using: &generator) ?? "x"
                case 1: characters.remove(at: index)
                default: characters.insert(characters[index], at: index)
                }
            }
            bodies.append(String(characters))
        }
        return bodies
    }

    struct Answer: Decodable {
        var status: Int
        var text: String
    }

    static let fastAPI = """
        import json, sys, warnings
        warnings.simplefilter("ignore")
        from datetime import datetime
        from fastapi import FastAPI
        from fastapi.testclient import TestClient
        from pydantic import BaseModel
        class Transaction(BaseModel):
            transaction_id: int
            tx_datetime: datetime
            customer_id: int
            terminal_id: int
            tx_amount: float
            tx_time_seconds: int
            tx_time_days: int
        app = FastAPI()
        @app.post("/predict")
        def predict(transaction: Transaction):
            when = transaction.tx_datetime
            micros = round((when.replace(tzinfo=None) - datetime(1970, 1, 1)).total_seconds() * 1e6)
            if when.tzinfo: micros -= round(when.utcoffset().total_seconds() * 1e6)
            return [transaction.transaction_id, micros, transaction.customer_id, transaction.terminal_id,
                    transaction.tx_amount, transaction.tx_time_seconds, transaction.tx_time_days]
        client = TestClient(app, raise_server_exceptions=False)
        answers = []
        for body in json.load(open(sys.argv[1])):
            r = client.post("/predict", content=body.encode(), headers={"content-type": "application/json"})
            answers.append({"status": r.status_code, "text": r.text})
        print(json.dumps(answers))
        """

    @Test func answersAreThoseOfFastAPI() throws {
        let bodies = TransactionBodyTests.allBodies()
        let folder = try TemporaryFolder()
        try JSONEncoder().encode(bodies).write(to: folder.url.appending(path: "bodies.json"))
        let answers = try Oracle.json(
            [Answer].self, TransactionBodyTests.fastAPI, [folder.path("bodies.json")])
        try #require(answers.count == bodies.count)
        var accepted = 0
        for (body, answer) in zip(bodies, answers) where !TransactionBodyTests.isDeliberatelyDifferent(body, answer) {
            switch TransactionBody.read(Array(body.utf8)) {
            case .success(let transaction):
                accepted += 1
                try #require(answer.status == 200, "accepted \(body), where FastAPI says \(answer.text)")
                let expected = try JSONDecoder().decode([Double].self, from: Data(answer.text.utf8))
                let actual = [
                    Double(transaction.transactionID), Double(transaction.dateTime), Double(transaction.customerID),
                    Double(transaction.terminalID), transaction.amount, Double(transaction.timeSeconds),
                    Double(transaction.timeDays),
                ]
                #expect(actual == expected, "\(body)")
            case .failure(let failure):
                try #require(answer.status == 422, "refused \(body), which FastAPI accepts: \(answer.text)")
                let text = ValidationProblem.body(failure.problems)
                let actual = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? NSDictionary
                let expected = try JSONSerialization.jsonObject(with: Data(answer.text.utf8)) as? NSDictionary
                #expect(actual == expected, "\(body)\n  ours \(text)\n  FastAPI \(answer.text)")
            }
        }
        #expect(accepted > 100)
    }

    /// Where we are stricter by choice: integers that no column can hold, and numbers that are not finite.
    static func isDeliberatelyDifferent(_ body: String, _ answer: Answer) -> Bool {
        if answer.status == 500 { return true }
        guard answer.status == 200, let values = try? JSONDecoder().decode([Double].self, from: Data(answer.text.utf8))
        else { return false }
        return values[6].magnitude > Double(Int32.max) || values.contains { $0.magnitude > 9e18 }
    }

    @Test func outOfRangeIntegersAreRefused() {
        let body = TransactionBodyTests.replacing("customer_id", with: "100000000000000000000")
        let failure = #expect(throws: ValidationFailure.self) { try TransactionBody.read(Array(body.utf8)).get() }
        #expect(failure?.problems.map(\.type) == ["int_parsing_size"])
    }

    @Test func arbitraryBytesNeverCrash() {
        var generator = SeededGenerator(seed: 5)
        let seed = Array(TransactionBodyTests.body(TransactionBodyTests.good).utf8)
        for _ in 0..<20_000 {
            var bytes = seed
            for _ in 0..<Int.random(in: 1...8, using: &generator) {
                let index = Int.random(in: bytes.indices, using: &generator)
                bytes[index] = UInt8.random(in: 0...255, using: &generator)
            }
            bytes.removeLast(Int.random(in: 0..<10, using: &generator))
            if case .failure(let failure) = TransactionBody.read(bytes) { #expect(!failure.problems.isEmpty) }
        }
        let deep = [UInt8](repeating: UInt8(ascii: "["), count: 100_000)
        #expect(throws: ValidationFailure.self) { try TransactionBody.read(deep).get() }
    }
}
