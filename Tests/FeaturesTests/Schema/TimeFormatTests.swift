import Columnar
import Features
import Foundation
import TestSupport
import Testing

@Suite struct TimeFormatTests {
    /// 2019-08-22 17:05:31.
    private static let time: Int64 = 1_566_493_531_000_000
    private static let midnight: Int64 = 1_566_432_000_000_000

    @Test(
        arguments: [
            ("yyyy-MM-dd HH:mm:ss", "2019-08-22 17:05:31", time),
            ("yyyy-MM-dd'T'HH:mm:ss.SSS", "2019-08-22T17:05:31.250", time + 250_000),
            ("yyyy-MM-dd HH:mm:ss.SSSSSSSSS", "2019-08-22 17:05:31.123456789", time + 123_456),
            ("dd.MM.yyyy HH:mm", "22.08.2019 17:05", time - 31_000_000),
            ("MM/dd/yyyy hh:mm:ss a", "08/22/2019 05:05:31 PM", time),
            ("M/d/yy h:mm:ss a", "8/22/19 5:05:31 pm", time),
            ("dd.MM.yy", "22.08.69", -11_404_800_000_000),
            ("dd.MM.yy", "22.08.68", 3_112_819_200_000_000),
            ("yyyyMMdd", "20190822", midnight),
            ("yyyyMMddHHmmss", "20190822170531", time),
            ("yyyyMMddHHmmssSSS", "20190822170531007", time + 7000),
            ("ddMMMyyyy:HH:mm:ss", "22AUG2019:17:05:31", time),
            ("MMMM d, yyyy", "august 22, 2019", midnight),
            ("EEE, dd MMM yyyy HH:mm:ss Z", "Thu, 22 Aug 2019 19:05:31 +0200", time),
            ("EEE MMM dd HH:mm:ss Z yyyy", "Thu Aug 22 17:05:31 +0000 2019", time),
            ("yyyy-MM-dd HH:mm:ssXXX", "2019-08-22 17:05:31Z", time),
            ("yyyy-MM-dd HH:mm:ss XXX", "2019-08-22 12:35:31 -04:30", time),
            ("yyyy年MM月dd日 h 'o''clock' a", "2019年08月22日 5 o'clock PM", time - 331_000_000),
            ("''yyyy-MM-dd''", "'2019-08-22'", midnight),
            ("%d/%m/%Y %H:%M:%S", "22/08/2019 17:05:31", time),
            ("%-d.%-m.%y %I:%M %p", "22.8.19 05:05 PM", time - 31_000_000),
            ("%F'T'%T.%f%z", "2019-08-22'T'17:05:31.25+00:00", time + 250_000),
            ("%F %R", "2019-08-22 17:05", time - 31_000_000),
            ("%Y%m%d%H%M%S", "20190822170531", time),
            ("%d%b%Y 100%%", "22Aug2019 100%", midnight),
            ("%a %B %d %Y", "Thu August 22 2019", midnight),
            ("iso8601", "2019-08-22T19:05:31.5+02", time + 500_000),
            ("unix_seconds", "1566493531", time),
            ("unix_seconds", "1566493531.25", time + 250_000),
            ("unix_seconds", "-0.0000001", -1),
            ("unix_seconds", "0.0000009", 0),
            ("unix_milliseconds", "1566493531000.0", time),
            ("unix_microseconds", "-9223372036854775808", .min),
            ("unix_microseconds", "9223372036854775807", .max),
        ])
    func textsAreRead(format: String, text: String, expected: Int64) throws {
        #expect(try TimeFormat(format).microseconds(parsing: text) == expected)
        // Also where the text is a part of another.
        #expect(try TimeFormat(format).microseconds(parsing: "<\(text)>".dropFirst().dropLast()) == expected)
    }

    @Test(
        arguments: [
            (
                "yyyy-MM-dd",
                ["2019-02-29", "1900-02-29", "2019-04-31", "2019-13-01", "2019-00-01", "2019-01-00", "0000-01-01"]
            ),
            (
                "yyyy-MM-dd",
                ["", " 2019-01-01", "2019-01-01 ", "2019-1-01", "19-01-01", "2019/01/01", "2019-01-0x", "２019-01-01"]
            ),
            ("yyyy-MM-dd HH:mm:ss", ["2019-01-01 24:00:00", "2019-01-01 23:60:00", "2019-01-01 23:59:60"]),
            ("hh:mm a dd.MM.yyyy", ["00:00 AM 01.01.2019", "13:00 PM 01.01.2019", "01:00 XM 01.01.2019"]),
            ("d.M.yyyy", ["001.1.2019", "1..2019", "32.1.2019"]),
            ("yyyyMMdd", ["2019082", "201908221"]),
            ("dd MMM yyyy", ["01 Mai 2019", "01 Augu 2019", "01 Au"]),
            ("dd MMMM yyyy", ["01 Aug 2019"]),
            ("EEE dd MMM yyyy", ["Fri 22 Aug 2019"]),
            ("yyyy-MM-dd HH:mm:ss.SSS", ["2019-01-01 00:00:00.12", "2019-01-01 00:00:00.1234"]),
            (
                "yyyy-MM-dd HH:mmXXX",
                ["2019-01-01 00:00", "2019-01-01 00:00+24:00", "2019-01-01 00:00+1", "2019-01-01 00:00+01:0"]
            ),
            (
                "unix_seconds",
                ["", "-", ".5", "1.", "1e9", "+1", "1 ", "9223372036855", "-9223372036855", "99999999999999999999"]
            ),
            ("unix_microseconds", ["9223372036854775808", "-9223372036854775809", "-9223372036854775808.5"]),
        ])
    func otherTextsAreRefused(format: String, texts: [String]) throws {
        let format = try TimeFormat(format)
        for text in texts { #expect(format.microseconds(parsing: text) == nil, "'\(text)'") }
    }

    @Test(
        arguments: [
            ("", "no year"), ("HH:mm", "no year"), ("yyyy", "no month"), ("yyyy-MM", "no day"),
            ("yyyy-mm-dd", "no month"), ("dd.MM.yyyy hh:mm", "AM or PM"), ("dd.MM.yyyy HH:mm a", "AM or PM"),
            ("yyyy-MM-dd HH:MM", "the month twice"), ("yyyy-MM-ddTHH:mm:ss", "in quotes: 'T'"),
            ("yyyy-MM-dd 'T", "not closed"),
            ("yyyy-MM-dd[ HH:mm]", "has no meaning"), ("yyyyy-MM-dd", "'yyyyy'"), ("YYYY-MM-DD", "'YYYY'"),
            ("yyyy-MM-dd SSSSSSSSSS", "SSSSSSSSSS"), ("dMyyyy", "digits follow the day"),
            ("yyyy yy-MM-dd", "one of them"),
            ("yyyy-MM-dd mm", "without an hour"), ("yyyy-MM-dd HH ss", "without a minute"),
            ("yyyy-MM-dd XXX", "without an hour"),
            ("%Y-%m-%d %H:%M:%Q", "'%Q'"), ("%Y-%m-%d%", "last '%'"), ("%Y-%m-%d %Y", "the year twice"),
            ("%d.%m", "no year"),
            ("iso", "'i'"),
        ])
    func patternsThatAreNoTimesSayWhy(text: String, reason: String) {
        let error = #expect(throws: SchemaError.self) { try TimeFormat(text) }
        guard case .invalidTimeFormat(text, let actual) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(actual.contains(reason))
    }

    @Test func offsetsAndTimesOfDayAreKnownBeforehand() throws {
        #expect(try TimeFormat("yyyy-MM-dd HH:mm:ssXXX").hasOffset)
        #expect(try !TimeFormat("yyyy-MM-dd HH:mm:ss").hasOffset)
        #expect(TimeFormat.unixSeconds.hasOffset && !TimeFormat.iso8601.hasOffset)
        #expect(try TimeFormat("%F %I %p").hasTimeOfDay)
        #expect(try !TimeFormat("%F").hasTimeOfDay)
        #expect(TimeFormat.unixSeconds.hasTimeOfDay && TimeFormat.iso8601.hasTimeOfDay)
    }

    @Test func formatsAreCodedAsTheirText() throws {
        for format in try [.iso8601, .unixMilliseconds, TimeFormat("dd.MM.yyyy"), TimeFormat("%d/%m/%Y")] {
            let json = try JSONEncoder().encode([format])
            #expect(try JSONDecoder().decode([String].self, from: json) == [format.text])
            let read = try JSONDecoder().decode([TimeFormat].self, from: json)
            #expect(read == [format] && read[0].hasOffset == format.hasOffset)
        }
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([TimeFormat].self, from: Data(#"["HH"]"#.utf8)) }
    }

    @Test func commonFormatsHaveBothReadingsOfDayAndMonth() {
        #expect(TimeFormat.common.count == TimeFormat.patterns.count + 1)
        #expect(Set(TimeFormat.common).count == TimeFormat.common.count)
        let fitting = TimeFormat.common.filter { $0.microseconds(parsing: "03/04/2019 17:05") != nil }
        #expect(fitting.map(\.text) == ["dd/MM/yyyy HH:mm", "MM/dd/yyyy HH:mm", "d/M/yyyy H:mm", "M/d/yyyy H:mm"])
        #expect(TimeFormat.common.allSatisfy { $0.microseconds(parsing: "1566493531") == nil })
    }

    private struct Sample: Decodable {
        var format: String
        var text: String
        var microseconds: Int64?
    }

    /// A formatter of Java's letters in a few lines of Python, which knows nothing of ours.
    @Test(.needs(.python)) func everyCommonFormatReadsWhatAnotherProgramWrites() throws {
        let patterns =
            TimeFormat.patterns + [
                "yyyy-MM-dd HH:mm:ss.SSSSSSSSS", "EEEE, d MMMM yyyy H:m:s", "uuuu-MM-dd'T'HH:mm:ss.SXXX",
            ]
        let samples = try Oracle.json(
            [Sample].self,
            """
            import sys, json, random, re, datetime as dt
            random.seed(7)
            def piece(run, t):
                two = lambda n: "%02d" % n
                offset = t.utcoffset()
                minutes = int(offset.total_seconds()) // 60
                sign, minutes = "-" if minutes < 0 else "+", abs(minutes)
                table = {
                    "yyyy": "%04d" % t.year, "uuuu": "%04d" % t.year, "yy": two(t.year % 100), "MMMM": t.strftime("%B"),
                    "MMM": t.strftime("%b"), "MM": two(t.month), "M": str(t.month), "dd": two(t.day), "d": str(t.day),
                    "EEEE": t.strftime("%A"), "EEE": t.strftime("%a"), "HH": two(t.hour), "H": str(t.hour),
                    "hh": two(t.hour % 12 or 12), "h": str(t.hour % 12 or 12), "mm": two(t.minute), "m": str(t.minute),
                    "ss": two(t.second), "s": str(t.second), "a": "AM" if t.hour < 12 else "PM",
                    "Z": sign + two(minutes // 60) + two(minutes % 60), "XX": sign + two(minutes // 60) + two(minutes % 60),
                    "XXX": sign + two(minutes // 60) + ":" + two(minutes % 60)}
                return ("%06d000" % t.microsecond)[:len(run)] if run[0] == "S" else table[run]
            samples = []
            for pattern in json.loads(sys.argv[1]):
                letters = re.sub("'[^']*'", "", pattern)
                for _ in range(20):
                    digits = letters.count("S")
                    kept = min(digits, 6)
                    t = dt.datetime(
                        random.randint(1969, 2068) if "yyyy" not in pattern and "uuuu" not in pattern else random.randint(1, 9999),
                        random.randint(1, 12), random.randint(1, 28), random.randint(0, 23) if re.search("[hH]", letters) else 0,
                        random.randint(0, 59) if "m" in letters else 0, random.randint(0, 59) if "s" in letters else 0,
                        random.randrange(10 ** kept) * 10 ** (6 - kept) if kept else 0)
                    if random.random() < .2:
                        t = t.replace(month=12, day=31)
                    zoned = bool(re.search("[ZX]", letters))
                    zone = dt.timezone(dt.timedelta(minutes=random.randint(-14 * 60, 14 * 60) if zoned else 0))
                    text = re.sub(r"'([^']*)'|(([A-Za-z])\\3*)",
                        lambda m: m[1] if m[2] is None else piece(m[2], t.replace(tzinfo=zone)), pattern)
                    since = t - dt.datetime(1970, 1, 1) - zone.utcoffset(None)
                    samples.append(dict(format=pattern, text=text, microseconds=since // dt.timedelta(microseconds=1)))
            print(json.dumps(samples))
            """, [String(decoding: try JSONEncoder().encode(patterns), as: UTF8.self)])
        #expect(samples.count == 20 * patterns.count)
        for sample in samples {
            let actual = try TimeFormat(sample.format).microseconds(parsing: sample.text)
            #expect(actual == sample.microseconds, "'\(sample.text)' as \(sample.format)")
        }
    }

    /// Valid texts, and those with one character replaced or removed: both accept the same ones.
    @Test(.needs(.python)) func directivesMeanWhatPythonMeans() throws {
        let samples = try Oracle.json(
            [Sample].self,
            """
            import json, random, datetime as dt
            random.seed(11)
            formats = [
                "%d/%m/%Y %H:%M:%S", "%m/%d/%y %I:%M:%S %p", "%Y-%m-%dT%H:%M:%S.%f", "%d.%m.%Y", "%d %b %Y %H:%M", "%B %d, %Y",
                "%Y-%m-%d %H:%M:%S%z", "%Y%m%d%H%M%S", "%d%b%y", "%H:%M %d-%m-%Y", "%I%p %m/%d/%Y", "%Y/%m/%d 100%%"]
            samples = []
            for form in formats:
                for _ in range(150):
                    y = random.randint(1970, 2067)
                    t = dt.datetime(y, 1, 1) + dt.timedelta(microseconds=random.randrange(365 * 86400 * 10 ** 6))
                    zone = dt.timezone(dt.timedelta(minutes=random.randint(-14 * 60, 14 * 60)))
                    text = t.replace(tzinfo=zone).strftime(form)
                    change = random.random()
                    at = random.randrange(len(text))
                    if change < .4:
                        text = text[:at] + random.choice("0123456789:/-.APMT+") + text[at + 1:]
                    elif change < .6 and "%Y%m" not in form:
                        text = text[:at] + text[at + 1:]
                    try:
                        t = dt.datetime.strptime(text, form)
                        if t.tzinfo: t = t.astimezone(dt.timezone.utc).replace(tzinfo=None)
                        value = (t - dt.datetime(1970, 1, 1)) // dt.timedelta(microseconds=1)
                    except (ValueError, OverflowError):
                        value = None
                    samples.append(dict(format=form, text=text, microseconds=value))
            print(json.dumps(samples))
            """)
        #expect(samples.count { $0.microseconds == nil } > 200)
        for sample in samples {
            let actual = try TimeFormat(sample.format).microseconds(parsing: sample.text)
            #expect(actual == sample.microseconds, "'\(sample.text)' as \(sample.format)")
        }
    }

    @Test func anyBytesAreReadOrRefused() {
        var generator = SeededGenerator(seed: 3)
        let usual = Array("0123456789 0123456789-:/.,TZ+AMPaugJn'%".utf8)
        let formats = TimeFormat.common + [.unixSeconds, .unixMilliseconds, .unixMicroseconds]
        for format in formats {
            for length in [0, 1, 2, 5, 8, 10, 14, 19, 20, 24, 40] {
                let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
                let near = (0..<length).map { _ in usual.randomElement(using: &generator) ?? 0 }
                for text in [bytes, near] {
                    let value = text.withUnsafeBufferPointer { format.microseconds(parsing: $0) }
                    guard let value, !format.text.hasPrefix("unix") else { continue }
                    // An offset may lead past either end of the calendar.
                    #expect((0...10_000).contains(CivilDateTime(microsecondsSince1970: value).year))
                }
            }
            #expect(format.microseconds(parsing: UnsafeBufferPointer(start: nil, count: 0)) == nil)
        }
    }

    @Test func anyPatternIsReadOrRefused() {
        var generator = SeededGenerator(seed: 4)
        let letters = Array("yyyyMMddHHmmssSSaEZXx'%YmdHMSfzpbB -:/.T[é")
        for _ in 0..<20_000 {
            let text = String(
                (0..<Int.random(in: 0...12, using: &generator)).map { _ in
                    letters.randomElement(using: &generator) ?? " "
                })
            if let format = try? TimeFormat(text) { _ = format.microseconds(parsing: "2019-08-22 17:05:31") }
        }
    }
}
