import Foundation
import Testing
import Tracking

@Suite struct TimestampTests {
    @Test(arguments: [0, 1, -1, 1_700_000_000_123, 9_007_199_254_740_993, .max, .min])
    func everyNumberIsKept(_ milliseconds: Int64) throws {
        let time = Timestamp(millisecondsSince1970: milliseconds)
        #expect(time.millisecondsSince1970 == milliseconds)
        let json = try JSONEncoder().encode(["time": time])
        #expect(String(decoding: json, as: UTF8.self) == "{\"time\":\(milliseconds)}")
        #expect(try JSONDecoder().decode([String: Timestamp].self, from: json) == ["time": time])
    }

    @Test(arguments: [0, -1, 1_700_000_000_123, 1_700_000_000_999, 253_402_300_799_999, -62_135_596_800_001])
    func aDateGivesTheTimestampAgain(_ milliseconds: Int64) {
        let time = Timestamp(millisecondsSince1970: milliseconds)
        #expect(Timestamp(time.date) == time)
    }

    @Test func datesAreRoundedToTheNearestMillisecond() {
        #expect(Timestamp(Date(timeIntervalSince1970: 1.0004)) == 1000)
        #expect(Timestamp(Date(timeIntervalSince1970: 1.0006)) == 1001)
        #expect(Timestamp(Date(timeIntervalSince1970: -1.0006)) == -1001)
        #expect(Timestamp(Date(timeIntervalSince1970: 1e300)).millisecondsSince1970 == .max)
        #expect(Timestamp(Date(timeIntervalSince1970: -.infinity)).millisecondsSince1970 == .min)
        #expect(Timestamp(Date(timeIntervalSince1970: 0x1p63 / 1000)).millisecondsSince1970 == .max)
    }

    @Test func nowIsTheSystemsTime() {
        let before = Date()
        let now = Timestamp.now
        #expect(now.date > before.addingTimeInterval(-0.01) && now.date < Date().addingTimeInterval(0.01))
    }

    @Test func timesAreOrdered() {
        #expect([3, -1, 2].sorted() == [-1, 2, 3] as [Timestamp])
        #expect(Timestamp(millisecondsSince1970: .min) < Timestamp(millisecondsSince1970: .max))
    }

    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (1_700_000_000_123, "2023-11-14T22:13:20.123Z"), (-62_135_596_800_000, "0001-01-01T00:00:00.000Z"),
            (253_402_300_800_000, "10000-01-01T00:00:00.000Z"), (.max, "9223372036854775807 ms since 1970"),
            (.min, "-9223372036854775808 ms since 1970"),
        ] as [(Int64, String)])
    func theDescriptionIsISO8601(_ milliseconds: Int64, _ text: String) {
        #expect("\(Timestamp(millisecondsSince1970: milliseconds))" == text)
    }
}
