import Features
import Foundation
import JSONText
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
        "-0", "\"0x10\"", "\"1_0_0\"", "\"1_\"", "\"1_.0\"", "\"1.0_0\"", "\"0__1\"", "\"-_1\"", "\"+-1\"", "\"007\"",
        "\"-0.0\"", "\"0_\"", "\"0_0\"", "\"00\"", "\"\\u00a012\\u2003\"", "\"\u{FF11}\u{FF12}\"", "\"\u{0663}\"",
        "\"1\u{0301}\"",
        "\"12\\u0000\"", "\"nan\"", "\"inf\"", "\"true\"", "\"\\u0031\"", "3.1e1", "9007199254740993.0", "1E2", "-1.0",
        "1e-1",
        "-0.0", "31e0", "310e-1", "\".0\"", "\"1.\"", "\"\\u001f12\"", "\"\u{200B}1\"", "1e19", "1e400", "2147483648",
    ]
    static let floats = [
        "5", "\"5\"", "\" 5.5 \"", "\"abc\"", "\"\"", "true", "null", "[1]", "\"1e3\"", "\"1_0\"", "-3.25", "1e-3",
        "{}", "\"0x10\"", "\"0X1p3\"", "\"1__0\"", "\"_1\"", "\"1_\"", "\"1._0\"", "\"1_.0\"", "\"1e1_0\"", "\"-_1\"",
        "\".5\"",
        "\"1.\"", "\".\"", "\"1e\"", "\"e5\"", "\"+5\"", "\"--5\"", "\"1,5\"", "\"1 5\"", "\"1d\"", "\"nan(1)\"",
        "\"\u{FF11}\"",
        "\"\\u30005\"", "\"1e-400\"", "1e-400", "0.1e1", "123456789012345678901234567890", "0.30000000000000004",
        "5e-324", "\"1\u{0301}\"", "\"0b1\"", "9007199254740993", "\"007\"", "\"-0\"",
    ]
    static let dates = [
        "\"2019-08-22T00:00:31.000Z\"", "\"2019-08-22\"", "\"2019-09-01 24:00:00\"", "\"2019-02-29 00:00:00\"",
        "\"2020-02-29 00:00:00\"", "\"abc\"", "\"\"", "1566432031", "1566432031000", "1.5", "true", "null",
        "\"2019-08-22 00:00:31.123456789\"", "\"2019-08-22T00:00\"", "\"2019-08-22 00:00:31+03:00\"",
        "\"2019-13-01 00:00:00\"", "\"2019-00-01 00:00:00\"", "\"1566432031\"", "\"2019-08-22t00:00:31z\"",
        "\"2019-08-22_00:00:31\"", "\"2019-08-22 25:00:00\"", "\"2019-08-22 00:61:00\"", "\" 2019-08-22 00:00:31\"",
        "\"2019-08-22 00:00:31 \"", "\"2019-8-2 00:00:00\"", "\"20190822 000031\"", "[]", "\"2019-08-22 00:00:61\"",
        "\"0x10\"", "\"1e9\"", "\"nan\"", "\"inf\"",
        "\"1_566\"", "\"+1566432031\"", "\" 1566432031\"", "\"1566432031 \"", "\".5\"", "\"-.5\"", "\"1.\"",
        "\"1.5.5\"", "\"-\"",
        "\"20000000001\"", "\"-20000000001\"", "\"253402300800000\"", "\"-62135596900000\"", "\"99999999999999999999\"",
        "1e15", "-1e15", "-62135596800000", "-62135596900000", "20000000001", "0.0000005", "1566432031.1234567",
        "1e400",
        "\"2019-08-22 00:00:31 UTC\"", "\"2019-08-22 00:00:31 +00:00\"", "\"2019-08-22 00:00:31+0330\"",
        "\"2019-08-22 00:00:31+00\"", "\"2019-08-22 00:00:31-23:59\"", "\"2019-08-22 00:00:31+24:00\"",
        "\"2019-08-22 00:00:31\u{2212}03:00\"", "\"2019-08-22T00:00:31,5\"", "\"2019-08-22T00:00:31.\"",
        "\"2019-08-22T00:00:31.12345678901\"", "\"2019-08-22T00:00+01:00\"", "\"2019-08-22T00:00Z\"",
        "\"2019-08-22T00\"",
        "\"0000-01-01\"", "\"0000-01-01 00:00:00\"", "\"0001-01-01\"", "\"9999-12-31T23:59:59.999999\"",
        "\"2019-08-22T23:59:60\"", "\"2019-08-22x00:00:00\"", "\"2019-08-22T00:00:31.123Zx\"", "\"12:00:00\"",
        "\"\u{FF12}019-08-22\"", "\"2019-08-22T00:00:31+1:00\"", "\"2019-08-22 00:00:3\\u0031\"",
        "\"2019-08-22T00:00:31.12Z\"",
        "\"2019-08-22T00:00:31.123z\"", "\"2019-08-22 00:00:31Z\"",
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
        let whole = body(good)
        for (name, other) in [
            ("transaction_id", "tranaction_id"), ("transaction_id", "transaction_\\u0069d"), ("tx_amount", "TX_AMOUNT"),
        ] {
            bodies.append(whole.replacingOccurrences(of: "\"\(name)\"", with: "\"\(other)\""))
        }
        for extra in [
            "\"tx_fraud\": 1", "\"tx_fraud\": null", "\"tx_fraud\": \"x\"", "\"tx_fraud_scenario\": [1]",
            "\"x\": \"\\ud800\"",
            "\"tranaction_id\": 9", "\"customer_id\": 5", "\"customer_id\": \"x\"", "\"x\": 1e400", "\"x\": NaN",
            "\"x\": -Infinity",
            "\"x\": {\"customer_id\": 3}",
            "\"x\": " + String(repeating: "[", count: 120) + String(repeating: "]", count: 120),
        ] {
            bodies.append("{" + extra + ", " + whole.dropFirst())
            bodies.append(whole.dropLast() + ", " + extra + "}")
        }
        bodies.append("\u{FEFF}" + whole)
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

    struct Response: Decodable {
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
        results = []
        for body in json.load(open(sys.argv[1])):
            r = client.post("/predict", content=body.encode(), headers={"content-type": "application/json"})
            results.append({"status": r.status_code, "text": r.text})
        print(json.dumps(results))
        """

    @Test(.needs(.python)) func responsesAreThoseOfFastAPI() throws {
        let bodies = TransactionBodyTests.allBodies()
        let folder = try TemporaryFolder()
        try JSONEncoder().encode(bodies).write(to: folder.url.appending(path: "bodies.json"))
        let responses = try Oracle.json(
            [Response].self, TransactionBodyTests.fastAPI, [folder.path("bodies.json")])
        try #require(responses.count == bodies.count)
        var accepted = 0
        for (body, response) in zip(bodies, responses)
        where !TransactionBodyTests.isDeliberatelyDifferent(body, response) {
            switch TransactionBody.read(Array(body.utf8)) {
            case .success(let transaction):
                accepted += 1
                try #require(response.status == 200, "accepted \(body), where FastAPI says \(response.text)")
                let expected = try JSONDecoder().decode([Double].self, from: Data(response.text.utf8))
                let actual = [
                    Double(transaction.transactionID), Double(transaction.dateTime), Double(transaction.customerID),
                    Double(transaction.terminalID), transaction.amount, Double(transaction.timeSeconds),
                    Double(transaction.timeDays),
                ]
                #expect(actual == expected, "\(body)")
            case .failure(let failure):
                try #require(response.status == 422, "refused \(body), which FastAPI accepts: \(response.text)")
                let text = ValidationProblem.json(failure.problems).text
                let actual = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? NSDictionary
                let expected = try JSONSerialization.jsonObject(with: Data(response.text.utf8)) as? NSDictionary
                #expect(actual == expected, "\(body)\n  ours \(text)\n  FastAPI \(response.text)")
            }
        }
        #expect(accepted > 100)
    }

    /// Where we are stricter by choice: integers that no column can hold, and numbers that are not finite.
    static func isDeliberatelyDifferent(_ body: String, _ response: Response) -> Bool {
        if response.status == 500 { return true }
        guard response.status == 200,
            let values = try? JSONDecoder().decode([Double].self, from: Data(response.text.utf8))
        else { return false }
        return values[6].magnitude > Double(Int32.max) || values.contains { $0.magnitude > 9e18 }
    }

    /// The service's response is what the reader says, and the fast decoder accepts nothing that the validation reads
    /// differently.
    @Test func theRouteRespondsAsTheReaderSays() async throws {
        let bodies = TransactionBodyTests.allBodies().map { Array($0.utf8) } + TransactionBodyTests.otherEncodings
        for body in bodies { #expect(TransactionBody.read(body) == TransactionBody.validated(body)) }
        try await HTTPProtocolTests.withServer { port in
            let connection = try RawConnection(port: port)
            for body in bodies {
                let head = "POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.count)\r\n\r\n"
                try connection.send(Array(head.utf8) + body)
                let response = try connection.response()
                switch TransactionBody.read(body) {
                case .success(let transaction):
                    #expect(
                        response.status == 200 && Double(response.body) == Double(Float(transaction.amount)) / 1_000)
                case .failure(let failure) where !failure.isText:
                    #expect(
                        response.status == 400
                            && response.body == "{\"detail\":\"There was an error parsing the body\"}")
                case .failure(let failure):
                    #expect(response.status == 422 && response.body == ValidationProblem.json(failure.problems).text)
                }
            }
        }
    }

    /// A valid body in the encodings that Python's `json` module detects, and bytes that are not text.
    static let otherEncodings: [[UInt8]] = {
        let whole = body(good)
        func wide(_ size: Int, _ isBig: Bool) -> [UInt8] {
            whole.utf8.flatMap { byte in
                isBig
                    ? [UInt8](repeating: 0, count: size - 1) + [byte] : [byte] + [UInt8](repeating: 0, count: size - 1)
            }
        }
        return [
            wide(2, true), wide(2, false), wide(4, true), wide(4, false), [0xFF, 0xFE] + wide(2, false),
            [0xFE, 0xFF] + wide(2, true), [0xFF, 0xFE, 0, 0] + wide(4, false), [0xFF], Array(whole.utf8) + [0],
            Array(whole.dropLast().utf8) + Array(",\"x\":\"".utf8) + [0xFF] + Array("\"}".utf8),
        ]
    }()

    @Test func otherEncodingsAreRead() throws {
        let expected = try TransactionBody.read(Array(TransactionBodyTests.body(TransactionBodyTests.good).utf8)).get()
        for body in TransactionBodyTests.otherEncodings.prefix(7) {
            #expect(try TransactionBody.read(body).get() == expected)
        }
        for body in TransactionBodyTests.otherEncodings.suffix(3) {
            #expect(throws: ValidationFailure.self) { try TransactionBody.read(body).get() }
        }
    }

    /// Whatever a body says about fraud, a request for a score is not a label.
    @Test func aLabelInTheBodyIsIgnored() throws {
        let body = TransactionBodyTests.body(TransactionBodyTests.good).dropLast() + ", \"tx_fraud\": 1}"
        #expect(try TransactionBody.read(Array(body.utf8)).get().fraud == nil)
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
