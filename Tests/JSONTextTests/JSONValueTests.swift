import Foundation
import JSONText
import TestSupport
import Testing

@Suite struct JSONValueTests {
    private func parse(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }

    @Test func valuesKeepTheirOrderAndTheirDigits() throws {
        let value = try parse(" {\"b\": [1, -0, 1.50, 2E3, NaN, -Infinity], \"a\": {\"\": null}, \"b\": true} ")
        #expect(
            value
                == .object([
                    .init(
                        name: "b",
                        value: .array([
                            .integer("1"), .integer("-0"), .number("1.50"), .number("2E3"), .number("NaN"),
                            .number("-Infinity"),
                        ])), .init(name: "a", value: .object([.init(name: "", value: .null)])),
                    .init(name: "b", value: .boolean(true)),
                ]))
        #expect(value.text == "{\"b\":[1,-0,1.50,2E3,null,null],\"a\":{\"\":null},\"b\":true}")
        // Of a name that is given twice, the last member counts.
        #expect(value.member("b") == .boolean(true))
        #expect(value.member("c") == nil)
    }

    @Test(arguments: [
        (#""""#, ""), (#""a\"\\\/\b\f\n\r\tz""#, "a\"\\/\u{08}\u{0C}\n\r\tz"), (#""\u00e9é\ud83d\ude00😀""#, "éé😀😀"),
        // Half a pair, in front of another escape and at the end.
        (#""\ud83d\u0041\ud83d""#, "\u{FFFD}A\u{FFFD}"), (#""\ude00""#, "\u{FFFD}"), (#""\u0000""#, "\0"),
    ])
    func escapesAreRead(text: String, expected: String) throws {
        let value = try parse(text)
        #expect(value == .string(expected))
        #expect(try JSONValue(parsing: value.bytes) == value)
    }

    @Test(
        arguments: [
            ("", .expectedValue, 0, true), ("  ", .expectedValue, 2, true), ("tru", .expectedValue, 0, true),
            ("trux", .expectedValue, 0, false), ("-", .expectedValue, 0, true), ("-x", .expectedValue, 0, false),
            ("01", .trailingBytes, 1, false), ("[1.", .expectedComma, 2, true), ("[1.x]", .expectedComma, 2, false),
            ("[1e+", .expectedComma, 2, true), ("[1 2]", .expectedComma, 3, false), ("[1,]", .expectedValue, 3, false),
            ("{1}", .expectedName, 1, false), ("{\"a\"", .expectedColon, 4, true),
            ("{\"a\":1,}", .expectedName, 7, false),
            ("{\"a\":1", .expectedComma, 6, true), ("{} {}", .trailingBytes, 3, false),
            ("\"ab", .unterminatedString, 0, true), ("\"a\\", .unterminatedString, 0, true),
            ("\"a\u{1}\"", .controlCharacter, 2, false), ("\"a\\q\"", .unknownEscape, 2, false),
            ("\"\\u12", .malformedUnicodeEscape, 1, true), ("\"\\u12\"", .malformedUnicodeEscape, 1, false),
        ] as [(String, JSONError.Problem, Int, Bool)])
    func errorsNameTheProblemAndThePosition(
        text: String, problem: JSONError.Problem, offset: Int, isTruncated: Bool
    ) throws {
        let error = try #require(throws: JSONError.self) { try parse(text) }
        #expect(error.problem == problem)
        #expect(error.byteOffset == offset)
        #expect(error.isTruncated(Array(text.utf8)) == isTruncated)
        #expect(error.description.contains("byte \(offset)"))
    }

    @Test func stringsThatAreNotUTF8AreRefused() {
        for bytes: [UInt8] in [[0x22, 0xFF, 0x22], [0x22, 0xC3, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22]] {
            let error = #expect(throws: JSONError.self) { try JSONValue(parsing: bytes) }
            #expect(error?.problem == .notUTF8)
        }
    }

    @Test func nestingIsBounded() throws {
        func nested(_ depth: Int) -> [UInt8] {
            [UInt8](repeating: UInt8(ascii: "["), count: depth) + [UInt8](repeating: UInt8(ascii: "]"), count: depth)
        }
        _ = try JSONValue(parsing: nested(JSONScanner.maximumDepth))
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: nested(JSONScanner.maximumDepth + 1)) }
        #expect(error?.problem == .tooDeep)
        #expect(throws: JSONError.self) {
            try JSONValue(parsing: [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000))
        }
    }

    /// Every beginning of a document is truncated, and only that.
    @Test func beginningsAreTruncated() throws {
        let text = Array(#"{"a":[1.5e-3,true,null,false],"\u00e9\n":{"x":"y"}}"#.utf8)
        for count in 0..<text.count {
            let error = try #require(throws: JSONError.self) { try JSONValue(parsing: Array(text.prefix(count))) }
            #expect(error.isTruncated(text.prefix(count)), "\(count)")
        }
    }

    /// Texts near valid ones are accepted or refused as by Python's json, and give the same values.
    @Test(.needs(.python)) func mutatedTextsAreReadAsByPython() throws {
        var generator = SeededGenerator(seed: 9)
        let alphabet = Array("{}[]\",:\\0123456789.-+eEnulltruefalseNaNInfinity \n\u{1}é".utf8) + [0x80, 0xC3, 0xFF, 0]
        let seeds = [
            #"{"run":{"info":{"run_id":"a1","start_time":1730000000000,"status":1},"data":{"metrics":[{"key":"a","value":1.5e-7}]}}}"#,
            #"[[],{},"\ud83d\ude00\u00e9\\\"\/\b\f\n\r\t",-0.5E+3,0,-12,1e5,NaN,-Infinity,Infinity,true,false,null,"é😀"]"#,
        ].map { Array($0.utf8) }
        var cases: [[String?]] = []
        for round in 0..<20_000 {
            let text = mutated(seeds[round % seeds.count], with: alphabet, using: &generator)
            let hex = text.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            cases.append([hex, (try? JSONValue(parsing: text))?.text])
        }
        let folder = try TemporaryFolder()
        try JSONEncoder().encode(cases).write(to: folder.url.appending(path: "cases.json"))
        let judgement = try Oracle.json(Judgement.self, Self.judge, [folder.path("cases.json")])
        #expect(judgement.different == [])
        #expect(judgement.accepted > 1_000)
    }

    private struct Judgement: Decodable {
        let accepted: Int
        let different: [String]
    }

    private static let judge = """
        import json, re, sys
        def whole(value):
            if type(value) is str: return re.sub("[\\ud800-\\udfff]", "\\ufffd", value)
            if type(value) is list: return [whole(item) for item in value]
            if type(value) is dict: return {whole(key): whole(item) for key, item in value.items()}
            return None if value in (float("inf"), float("-inf")) else value
        accepted, different = 0, []
        for text, ours in json.load(open(sys.argv[1])):
            try:
                theirs = whole(json.loads(bytes.fromhex(text).decode("utf-8"), parse_constant=lambda name: None))
                accepted += 1
                if ours is None or whole(json.loads(ours)) != theirs: different.append(text)
            except (ValueError, UnicodeDecodeError):
                if ours is not None: different.append(text)
        print(json.dumps({"accepted": accepted, "different": different}))
        """

    private func mutated(
        _ seed: [UInt8], with alphabet: [UInt8], using generator: inout SeededGenerator
    ) -> [UInt8] {
        var text = seed
        for _ in 0..<Int.random(in: 1...3, using: &generator) where !text.isEmpty {
            let position = Int.random(in: text.indices, using: &generator)
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: text.remove(at: position)
            case 1: text.insert(alphabet[Int.random(in: alphabet.indices, using: &generator)], at: position)
            case 2: text[position] = alphabet[Int.random(in: alphabet.indices, using: &generator)]
            default: text.removeLast(min(text.count, Int.random(in: 0...40, using: &generator)))
            }
        }
        return text
    }
}
