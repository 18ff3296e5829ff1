import Columnar
import TestSupport
import Testing

@Suite struct CivilDateTimeTests {
    @Test func everyDayOfTheCalendarFollowsTheOneBefore() {
        var day = CivilDateTime.day(ofYear: 1, month: 1, day: 1)
        #expect(day == -719_162)
        for year in 1...2400 {
            for month in 1...12 {
                for dayOfMonth in 1...CivilDateTime.dayCount(ofMonth: month, year: year) {
                    let date = CivilDateTime.date(ofDay: day)
                    guard CivilDateTime.day(ofYear: year, month: month, day: dayOfMonth) == day,
                        date == (year, month, dayOfMonth)
                    else {
                        Issue.record("day \(day) is \(date), not \(year)-\(month)-\(dayOfMonth)")
                        return
                    }
                    day += 1
                }
            }
        }
    }

    @Test(.needs(.python)) func textIsReadAndWrittenAsPythonDoes() throws {
        var generator = SeededGenerator(seed: 1)
        let ticks =
            [0, -1, 999_999, -62_135_596_800_000_000, 253_402_300_799_999_999]
            + (0..<500).map { _ in
                Int64.random(in: -62_135_596_800_000_000...253_402_300_799_999_999, using: &generator)
            }
        let expected = try Oracle.json(
            [String].self,
            """
            import sys, json, datetime
            epoch = datetime.datetime(1970, 1, 1)
            print(json.dumps([(epoch + datetime.timedelta(microseconds=int(t))).isoformat(' ') for t in sys.argv[1].split(',')]))
            """, [ticks.map(String.init).joined(separator: ",")])
        for (tick, text) in zip(ticks, expected) {
            #expect(CivilDateTime.text(microseconds: tick) == text)
            #expect(CivilDateTime.microseconds(parsing: text) == tick)
            let iso = CivilDateTime.text(microseconds: tick, as: .iso8601)
            #expect(CivilDateTime.microseconds(parsing: iso) == tick)
            #expect(CivilDateTime(microsecondsSince1970: tick).microsecondsSince1970 == tick)
        }
    }

    @Test(
        arguments: [
            ("2019-08-22 00:00:31", 1_566_432_031_000_000),
            ("2019-08-22T00:00:31", 1_566_432_031_000_000),
            ("2019-08-22T00:00:31Z", 1_566_432_031_000_000),
            ("2019-08-22T00:00:31.000Z", 1_566_432_031_000_000),
            ("2019-08-22T00:00:31.5", 1_566_432_031_500_000),
            ("2019-08-22T00:00:31.123456789Z", 1_566_432_031_123_456),
            ("2019-08-22T03:00:31.000+03:00", 1_566_432_031_000_000),
            ("2019-08-22T03:00:31+0300", 1_566_432_031_000_000),
            ("2019-08-21T22:00:31-02", 1_566_432_031_000_000),
            ("2020-02-29 23:59:59", 1_583_020_799_000_000),
            ("1969-12-31 23:59:59.999999", -1),
        ] as [(String, Int64)])
    func formsThatAreRead(text: String, ticks: Int64) {
        #expect(CivilDateTime.microseconds(parsing: text) == ticks)
    }

    @Test(arguments: [
        "", "2019-08-22", "2019-08-22 00:00", "2019-09-01 24:00:00", "2019-02-29 00:00:00", "2100-02-29 00:00:00",
        "2019-13-01 00:00:00", "2019-00-01 00:00:00", "2019-01-00 00:00:00", "2019-04-31 00:00:00",
        "2019-01-01 00:60:00",
        "2019-01-01 00:00:60", "0000-01-01 00:00:00", "2019/01/01 00:00:00", "2019-01-01_00:00:00",
        "2O19-01-01 00:00:00",
        " 2019-01-01 00:00:00", "2019-01-01 00:00:00 ", "2019-01-01 00:00:00.", "2019-01-01 00:00:00.Z",
        "2019-01-01 00:00:00.1234567890", "2019-01-01 00:00:00z", "2019-01-01 00:00:00+", "2019-01-01 00:00:00+24:00",
        "2019-01-01 00:00:00+03:60", "2019-01-01 00:00:00+3:00", "2019-01-01 00:00:00Z0", "-019-01-01 00:00:00",
    ])
    func formsThatAreRefused(text: String) {
        #expect(CivilDateTime.microseconds(parsing: text) == nil)
    }

    @Test func extremeTicksHaveACalendarDate() {
        for ticks in [Int64.min, .max] {
            let parts = CivilDateTime(microsecondsSince1970: ticks)
            #expect((1...12).contains(parts.month) && (0...23).contains(parts.hour))
            #expect(!CivilDateTime.text(microseconds: ticks).isEmpty)
        }
    }

    @Test func randomBytesNeverCrash() {
        var generator = SeededGenerator(seed: 2)
        let alphabet = Array("0123456789-:T .Z+".utf8)
        for _ in 0..<200_000 {
            var bytes = Array("2019-08-22T00:00:31.000+03:00".utf8.prefix(Int.random(in: 0...29, using: &generator)))
            for _ in 0..<Int.random(in: 0...3, using: &generator) where !bytes.isEmpty {
                bytes[Int.random(in: bytes.indices, using: &generator)] =
                    alphabet[Int.random(in: alphabet.indices, using: &generator)]
            }
            let ticks = bytes.withUnsafeBufferPointer { CivilDateTime.microseconds(parsing: $0) }
            guard let ticks else { continue }
            #expect(CivilDateTime.microseconds(parsing: CivilDateTime.text(microseconds: ticks)) == ticks)
        }
    }
}
