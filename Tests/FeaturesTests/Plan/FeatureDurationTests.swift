import Features
import TestSupport
import Testing

@Suite struct FeatureDurationTests {
    @Test(
        arguments: [
            ("0s", 0), ("1us", 1), ("15ms", 15_000), ("90s", 90_000_000), ("15m", 900_000_000), ("1h", 3_600_000_000),
            ("7d", 604_800_000_000), ("3650d", 315_360_000_000_000),
        ])
    func lengthsAreReadAndWritten(text: String, microseconds: Int64) {
        #expect(FeatureDuration(text)?.microseconds == microseconds)
        #expect(FeatureDuration(text)?.description == text)
    }

    @Test func theLargestUnitIsWritten() {
        #expect(FeatureDuration("2w")?.description == "14d")
        #expect(FeatureDuration("120m")?.description == "2h")
        #expect(FeatureDuration("0d")?.description == "0s")
    }

    @Test(
        arguments: [
            "", "7", "d", "7 d", "-1d", "+1d", "1.5h", "7D", "3651d", "99999999999999999999d", "9223372036854775807w",
            "1dd",
            "٧d",
        ])
    func otherTextsAreNoLengths(text: String) {
        #expect(FeatureDuration(text) == nil)
    }

    @Test func everyLengthIsReadBack() {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<1000 {
            let bits = Int.random(in: 0...40, using: &generator)
            let length = FeatureDuration(
                microseconds: Int64.random(in: 0...315_360_000_000_000, using: &generator) >> bits)
            #expect(length != nil && length == FeatureDuration(length?.description ?? ""))
        }
    }
}
