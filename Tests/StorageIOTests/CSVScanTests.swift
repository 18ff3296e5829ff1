import CStorageKernels
import Columnar
import StorageIO
import TestSupport
import Testing

@Suite struct CSVScanTests {
    @Test func masksAgreeWithEachByte() {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<2000 {
            // Few distinct bytes, their neighbours, and bytes with the top bit set.
            let alphabet: [UInt8] = [UInt8(ascii: ","), 0x2D, 0x2B, 0x0A, 0x0B, 0, 1, 0x80, 0xAC, 0xFF]
            let bytes = (0..<64).map { _ in alphabet.randomElement(using: &random) ?? 0 }
            for wanted: UInt8 in [0x2C, 0x0A, 0, 0x80, 0xFF] {
                var expected: UInt64 = 0
                for (index, byte) in bytes.enumerated() where byte == wanted { expected |= 1 << UInt64(index) }
                #expect(csv_equal_mask(bytes, wanted) == expected)
                #expect(csv_equal_mask_portable(bytes, wanted) == expected)
            }
        }
    }

    @Test func quotedAndPlainScanAgreeOnTextWithoutQuotes() {
        var random = SeededGenerator(seed: 2)
        for _ in 0..<500 {
            let alphabet: [UInt8] = [UInt8(ascii: ","), 0x0A, UInt8(ascii: "a"), UInt8(ascii: "7"), 0xC3]
            let count = Int.random(in: 0...300, using: &random)
            let bytes = (0..<count).map { _ in alphabet.randomElement(using: &random) ?? 0 }
            var plain = [UInt32](repeating: 0, count: bytes.count + 1)
            var quoted = plain, expected: [UInt32] = []
            let plainCount = csv_scan(bytes, 0, bytes.count, UInt8(ascii: ","), &plain)
            let scan = csv_scan_quoted(
                bytes, 0, bytes.count, UInt8(ascii: ","), UInt8(ascii: "\""), true, &quoted)
            let quotedCount = scan.count
            #expect(scan.quoted_lines == 0 && !scan.has_inner_quotes)
            for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: ",") || byte == 0x0A {
                expected.append(UInt32(index) | (byte == 0x0A ? 0x8000_0000 : 0))
            }
            #expect(Array(plain[..<plainCount]) == expected)
            #expect(Array(quoted[..<quotedCount]) == expected)
        }
    }

    /// Where the fields of a text with quotes end, byte after byte.
    private struct QuotedFields {
        enum State: CaseIterable {
            case fieldStart, inField, inQuotes, afterQuote

            var ofScan: csv_state {
                switch self {
                case .fieldStart: CSV_FIELD_START
                case .inField: CSV_IN_FIELD
                case .inQuotes: CSV_IN_QUOTES
                case .afterQuote: CSV_AFTER_QUOTE
                }
            }
        }

        var state = State.fieldStart
        var ends: [UInt32] = []
        var quotedLines = 0
        var hasInnerQuotes = false

        mutating func read(_ byte: UInt8, at position: Int, spansLines: Bool) {
            let isLineFeed = byte == 0x0A, isQuote = byte == UInt8(ascii: "\"")
            if state == .inQuotes, spansLines || !isLineFeed {
                if isQuote { state = .afterQuote }
                if isLineFeed { quotedLines += 1 }
            } else if isQuote {
                if state == .inField || state == .afterQuote { hasInnerQuotes = true }
                if state != .inField { state = .inQuotes }
            } else if isLineFeed || byte == UInt8(ascii: ",") {
                ends.append(UInt32(position) | (isLineFeed ? 0x8000_0000 : 0))
                state = .fieldStart
            } else {
                state = .inField
            }
        }
    }

    @Test func quotesAreFoundAsByteAfterByte() {
        var random = SeededGenerator(seed: 6)
        let comma = UInt8(ascii: ","), quote = UInt8(ascii: "\"")
        let alphabets = ["a,\"\n", "\"\"\"a,\n", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaa\",\n", "\"abcdefghijklmnopqrst,\n"]
        for _ in 0..<4000 {
            let alphabet = Array((alphabets.randomElement(using: &random) ?? "").utf8)
            let count = Int.random(in: 0...300, using: &random)
            let bytes = (0..<count).map { _ in alphabet.randomElement(using: &random) ?? 0 }
            for spansLines in [true, false] {
                var expected = QuotedFields()
                for (position, byte) in bytes.enumerated() {
                    expected.read(byte, at: position, spansLines: spansLines)
                }
                var ends = [UInt32](repeating: 0, count: count + 1)
                let scan = csv_scan_quoted(bytes, 0, count, comma, quote, spansLines, &ends)
                #expect(Array(ends[..<scan.count]) == expected.ends)
                #expect(scan.quoted_lines == expected.quotedLines)
                #expect(scan.has_inner_quotes == expected.hasInnerQuotes)
            }
            for state in QuotedFields.State.allCases {
                var expected = QuotedFields(state: state)
                for (position, byte) in bytes.enumerated() { expected.read(byte, at: position, spansLines: true) }
                let minimum = Int.random(in: 0...100, using: &random)
                let records = expected.ends.filter { $0 >> 31 != 0 }.map { Int($0 & 0x7FFF_FFFF) + 1 }
                    .filter { $0 >= minimum }
                let bounds = csv_record_bounds(bytes, count, minimum, comma, quote, state.ofScan)
                #expect(bounds.first == records.first ?? -1 && bounds.last == records.last ?? -1)
                #expect(bounds.state == expected.state.ofScan)
            }
        }
    }

    private func integer(_ text: String) -> Int64? { parse(text) { TextValue.int64($0, $1) } }
    private func decimal(_ text: String) -> Double? { parse(text) { TextValue.float64($0, $1) } }

    private func parse<Value>(
        _ text: String, _ body: (UnsafePointer<UInt8>, UnsafePointer<UInt8>) -> Value?
    ) -> Value? {
        // The bytes before a value must not matter, especially digits.
        let bytes = [UInt8](repeating: UInt8(ascii: "9"), count: TextBlock.padding) + Array(text.utf8)
        return bytes.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.flatMap { body($0 + TextBlock.padding, $0 + bytes.count) }
        }
    }

    @Test func integers() {
        for text in [
            "", "-", "+", "1e3", "5.0", "1_000", "0x10", "--5", "+-5", "9223372036854775808", "1 0", "٣", "1/", "1:",
        ] {
            #expect(integer(text) == nil, "\(text)")
        }
        let expected: [(String, Int64)] = [
            ("0", 0), ("-0", 0), ("+5", 5), ("007", 7), (" 12\t", 12), ("-999999", -999_999), ("12345678", 12_345_678),
            ("123456789", 123_456_789), ("1234567890123456", 1_234_567_890_123_456), (String(Int64.max), .max),
            (String(Int64.min), .min), ("00000000000000000000000000012", 12),
        ]
        for (text, value) in expected { #expect(integer(text) == value, "\(text)") }
        var random = SeededGenerator(seed: 3)
        for _ in 0..<20_000 {
            let value = Int64.random(in: .min ... .max, using: &random) >> Int64.random(in: 0..<64, using: &random)
            #expect(integer(String(value)) == value)
        }
    }

    @Test func decimalsAreRoundedAsByTheStandardLibrary() {
        for text in ["", ".", "-", "1e", "1e+", "e5", "0x1p3", "1d", "1.2.3", "1,5", "--1", "in", "infin"] {
            #expect(decimal(text) == nil, "\(text)")
        }
        #expect(decimal("NaN")?.isNaN == true)
        #expect(decimal(" -Infinity ") == -.infinity)
        #expect(decimal("1e400") == .infinity && decimal("-1e400") == -.infinity && decimal("1e-400") == 0)
        #expect(decimal("0e999999999999") == 0 && decimal("5.") == 5 && decimal("+.5") == 0.5)
        var random = SeededGenerator(seed: 4)
        func digits(_ count: Int) -> String {
            String((0..<count).map { _ in Character(String(Int.random(in: 0...9, using: &random))) })
        }
        for round in 0..<40_000 {
            var text = ["", "-", "+"].randomElement(using: &random) ?? ""
            text += digits(Int.random(in: 1...(round % 4 == 0 ? 30 : 9), using: &random))
            if Bool.random(using: &random) {
                text += "." + digits(Int.random(in: 0...(round % 4 == 0 ? 25 : 6), using: &random))
            }
            if round % 3 == 0 { text += "e\(Int.random(in: -330...330, using: &random))" }
            // Swift does not read a trailing point.
            let expected = Double(text.hasSuffix(".") ? text + "0" : text.replacing(".e", with: ".0e"))
            #expect(decimal(text) == expected, "\(text)")
        }
    }

    @Test func datesAndTimes() {
        func time(_ text: String) -> Int64? { parse(text) { TextValue.microseconds($0, $1) } }
        func day(_ text: String) -> Int32? { parse(text) { TextValue.date($0, $1) } }
        #expect(time("1970-01-02 00:00:01") == 86_401_000_000)
        #expect(time(" 1970-01-02T00:00:01 ") == 86_401_000_000)
        #expect(time("2020-02-29 23:59:59") != nil && time("2019-02-29 00:00:00") == nil)
        #expect(time("2019-09-01 24:00:00") == nil && time("2019-09-01 00:00:60") == nil && time("2019-09-01") == nil)
        #expect(day("1970-01-11") == 10 && day("1969-12-31") == -1)
        #expect(
            day("2019-02-29") == nil && day("2019-13-01") == nil && day("2019-1-1") == nil && day("1970-01/01") == nil)
        #expect(day("1970/01/11") == 10)
    }
    @Test func timesAsOtherProgramsExportThem() {
        func time(_ text: String) -> String? {
            parse(text) { TextValue.microseconds($0, $1) }.map { CivilDateTime.text(microseconds: $0) }
        }
        for text in [
            "2019-08-22 00:00:31 UTC", "2019-08-22 00:00:31UTC", "2019-08-22 00:00:31 utc", "2019-08-22 00:00:31 GMT",
            "2019-08-22 00:00:31.000 +0000", "2019-08-22 00:00:31.000000000 Z", "2019-08-22 00:00:31.000 +00:00",
            "2019-08-22 00:00:31.0000000 +00:00", "2019-08-22 00:00:31+00", "2019-08-22 00:00:31 +00",
            "2019-08-22t00:00:31z", "2019-08-22t00:00:31", "2019-08-22T00:00:31.0Z", " 2019-08-22 00:00:31 z\t",
            "2019/08/22 00:00:31", "2019/08/22T00:00:31Z", "2019-08-22 03:00:31 +03:00", "2019-08-22 03:30:31 +0330",
            "2019-08-21 19:00:31.0 -05", "2019-08-22t03:00:31+03:00",
        ] {
            #expect(time(text) == "2019-08-22 00:00:31", "\(text)")
        }
        for digits in 1...9 {
            let fraction = String("123456789".prefix(digits)), read = fraction.prefix(6)
            let expected = "2019-08-22 00:00:31." + read + String(repeating: "0", count: 6 - read.count)
            for zone in ["", "Z", " UTC", " +0000", "z"] {
                #expect(time("2019-08-22 00:00:31.\(fraction)\(zone)") == expected)
            }
        }
        for text in [
            "2019-08-22 00:00:31 EST", "2019-08-22 00:00:31 +24:00", "2019-08-22 00:00:31. UTC", "2019-08-22 UTC",
            "2019-08-22 00:00:31 UTC+1", "22/08/2019 00:00:31", "2019/08-22 00:00:31",
            "2019-08-22 00:00:31.0000000000Z",
            "2019-08-22 24:00:00 UTC", "2019-02-29t00:00:00z", "2019-08-22  00:00:31", "2019-08-22 00:00:31 + 00",
            "2019-08-22 00:00:31" + String(repeating: " ", count: 60) + "Z",
        ] {
            #expect(time(text) == nil, "\(text)")
        }
    }

    @Test func wholeNumbers() {
        func whole(_ text: String) -> Int64? { parse(text) { TextValue.wholeNumber($0, $1) } }
        #expect(whole("5.0") == 5 && whole(" -17.000 ") == -17 && whole("9007199254740991.0") == 9_007_199_254_740_991)
        for text in ["5", "5.", ".0", "5.1", "5.0e1", "9007199254740992.0", "-.0", "1.0.0", ""] {
            #expect(whole(text) == nil, "\(text)")
        }
    }
}
