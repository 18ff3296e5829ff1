import JSONText
import TestSupport
import Testing

@Suite struct JSONScannerTests {
    private func scan<Value>(_ text: String, _ body: (inout JSONScanner) throws -> Value) rethrows -> Value {
        try Array(text.utf8).withUnsafeBufferPointer { bytes in
            var scanner = JSONScanner(bytes)
            return try body(&scanner)
        }
    }

    @Test(
        arguments: [
            ("31", 31), ("31.0", 31), ("3.1e1", 31), ("310e-1", 31), ("-0", 0), ("0.0e5", 0),
            ("-9223372036854775808", Int64.min), ("9223372036854775807", Int64.max), ("9223372036854775808", nil),
            ("1.5", nil), ("1e99", nil), ("1e-1", nil), ("10000000000000000000000e-21", 10),
        ] as [(String, Int64?)])
    func wholeNumbersAreReadInAnyForm(text: String, expected: Int64?) throws {
        let number = try scan(text) { try $0.number() }
        #expect((try? number.int64()) == expected)
    }

    @Test(arguments: [
        #""plain""#, #""zażółć""#, #""\u0041\n\"\\\/\b\f\r\t""#, #""é\ud83d\ude00é""#, #""\ud83d""#,
        #""\ude00\ud83d\u0041""#, #""\ud83d\ud83d\ude00""#, #""\ud83dx\ude00""#, #""""#,
    ])
    func charactersAreAppendedAsTheyAreReturned(text: String) throws {
        try scan(text) { scanner in
            let string = try scanner.string()
            var bytes = Array("before".utf8)
            scanner.appendCharacters(string.contents, to: &bytes)
            let units = text.dropFirst().dropLast()
            #expect(String(decoding: bytes, as: UTF8.self) == "before" + scanner.characters(string))
            if !string.hasEscapes { #expect(scanner.characters(string) == units) }
        }
    }

    @Test func halfSurrogatePairsAreReplaced() throws {
        for (text, expected) in [
            (#""\ud83d\ude00""#, "😀"), (#""\ud83d""#, "\u{FFFD}"), (#""\ude00\u0041""#, "\u{FFFD}A"),
            (#""\ud83d\ud83d\ude00""#, "\u{FFFD}😀"), (#""\ud83d\n""#, "\u{FFFD}\n"),
        ] {
            #expect(try scan(text) { scanner in scanner.characters(try scanner.string()) } == expected, "\(text)")
        }
    }

    /// The doubles that Swift reads, whatever the length and exponent.
    @Test func doublesAreTheNearest() throws {
        var generator = SeededGenerator(seed: 2)
        for round in 0..<20_000 {
            let digits = String(
                (0..<Int.random(in: 1...25, using: &generator)).map { _ in
                    "0123456789".randomElement(using: &generator) ?? "1"
                })
            let exponent = Int.random(in: -340...310, using: &generator)
            let text = round % 2 == 0 ? "-1\(digits)e\(exponent)" : "0.\(digits)"
            let expected = try #require(Double(text))
            let value = try scan(text) { scanner in
                let number = try scanner.number()
                return try? number.double(in: scanner.text)
            }
            #expect(value == (expected.isFinite ? expected : nil), "\(text)")
        }
    }

    @Test func theLongestNumberIsTaken() throws {
        for (text, length) in [("01", 1), ("1.", 1), ("1e", 1), ("1e+", 1), ("1.5e", 3), ("-0.5E+3,", 7)] {
            let end = try scan(text) { scanner in
                _ = try scanner.number()
                return scanner.position
            }
            #expect(end == length, "\(text)")
        }
    }

    @Test func valuesAreSkipped() throws {
        for text in [#"{"a":[1,{"b":"c\"]}"}],"d":null} x"#, "[] x", #""\\" x"#, "-1.5e3 x", "true x"] {
            let next = try scan(text) { scanner in
                try scanner.skipValue()
                return scanner.peek()
            }
            #expect(next == UInt8(ascii: "x"), "\(text)")
        }
    }

    @Test func namesAreUnescapedWhereTheyFit() throws {
        func unescaped(_ text: String) throws -> String? {
            try scan(text) { scanner in
                let contents = try scanner.string().contents
                return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 4) { target in
                    scanner.unescape(contents, into: target).map { String(decoding: target[..<$0], as: UTF8.self) }
                }
            }
        }
        #expect(try unescaped(#""\u0061b\n""#) == "ab\n")
        #expect(try unescaped(#""abcd""#) == "abcd")
        #expect(try unescaped(#""abcde""#) == nil)
        #expect(try unescaped(#""\u00e9""#) == nil)
    }
}
