import ReportKit
import Testing

@Suite struct ReadableNumberTests {
    @Test func counts() {
        #expect(ReadableNumber.count(0) == "0")
        #expect(ReadableNumber.count(999) == "999")
        #expect(ReadableNumber.count(1_754_155) == "1\u{202F}754\u{202F}155")
        #expect(ReadableNumber.count(-1000) == "\u{2212}1\u{202F}000")
        #expect(
            ReadableNumber.count(.min) == "\u{2212}9\u{202F}223\u{202F}372\u{202F}036\u{202F}854\u{202F}775\u{202F}808")
    }

    @Test func decimals() {
        #expect(ReadableNumber.decimal(0.87654, 3) == "0.877")
        #expect(ReadableNumber.decimal(-0.0001, 3) == "0.000")
        #expect(ReadableNumber.decimal(-1.5, 1) == "\u{2212}1.5")
        #expect(ReadableNumber.decimal(.nan, 3) == "\u{2013}")
        #expect(ReadableNumber.percent(0.0312) == "3.1%")
    }

    @Test(arguments: [
        (Int64(0), "0 B"), (999, "999 B"), (1_000, "1.00 kB"), (9_996, "10.0 kB"), (112_000_000_000, "112 GB"),
        (2_812_345_678, "2.81 GB"), (999_700, "1.00 MB"), (.max, "9.22 EB"),
    ])
    func bytes(count: Int64, text: String) {
        #expect(ReadableNumber.bytes(count) == text)
    }

    @Test(arguments: [
        (0.0, "0"), (1.0, "1"), (0.0312, "0.0312"), (0.1, "0.1"), (0.001, "0.001"), (123.456, "123"), (9999, "9999"),
        (1_754_155, "1.75M"), (12_300, "12.3k"), (2e9, "2B"), (2.1e-7, "2.10·10⁻⁷"), (-0.5, "\u{2212}0.5"),
        (Double.leastNonzeroMagnitude, "4.94·10⁻³²⁴"), (1.7e308, "1.70·10³⁰⁸"),
    ])
    func compact(value: Double, text: String) {
        #expect(ReadableNumber.compact(value) == text)
    }
}
