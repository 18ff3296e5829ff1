import Essentials
import Columnar

/// Timestamps as databases and warehouses export them, beyond the forms that ``CivilDateTime`` reads:
///
/// - the zone after blanks: `2019-08-22 00:00:31.000 +0000` and ` Z` (Snowflake), ` +00:00` (SQL Server, Snowflake);
/// - `UTC` or `GMT` as the zone, in any case: `2019-08-22 00:00:31 UTC` (BigQuery);
/// - `t` and `z` in lower case (RFC 3339 allows them);
/// - `/` between year, month and day: `2019/08/22 00:00:31`. In this form the year comes first in every country.
///
/// Dates that begin with the day or the month are not guessed.
enum TimestampText {
    /// The longest text that is tried: a date, a time, nine digits of a fraction, blanks and a zone.
    private static let limit = 48

    /// Microseconds since 1970-01-01T00:00:00; nil for anything else. Blanks around the text have been removed.
    static func microseconds(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
        guard text.count >= 19, text.count <= limit else { return nil }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: limit) { usual in
            _ = usual.initialize(from: text)
            if usual[4] == UInt8(ascii: "/"), usual[7] == UInt8(ascii: "/") {
                usual[4] = UInt8(ascii: "-")
                usual[7] = UInt8(ascii: "-")
            }
            if usual[10] == UInt8(ascii: "t") { usual[10] = UInt8(ascii: "T") }
            var time = 19
            while time < text.count, isOfTime(text[time]) { time += 1 }
            var zone = time
            while zone < text.count, text[zone] == UInt8(ascii: " ") || text[zone] == UInt8(ascii: "\t") { zone += 1 }
            let count: Int
            if isUTC(text[zone...]) {
                usual[time] = UInt8(ascii: "Z")
                count = time + 1
            } else {
                for index in zone..<text.count { usual[time + index - zone] = text[index] }
                count = time + text.count - zone
            }
            return CivilDateTime.microseconds(parsing: UnsafeBufferPointer(rebasing: usual[..<count]))
        }
    }

    private static func isOfTime(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ".") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isUTC(_ zone: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        guard let begin = zone.base.baseAddress.map({ $0 + zone.startIndex }) else { return false }
        let words: [StaticString] = ["z", "utc", "gmt"]
        return words.contains { ASCIIWord.matches($0, begin, begin + zone.count) }
    }
}
