package import Essentials

/// A second in the forms that S3 uses: `20130524T000000Z` in signatures and `2013-05-24T00:00:00.000Z` in XML.
package struct UTCTime: Sendable, Hashable {
    /// Seconds since 1970-01-01T00:00:00Z.
    static let systemClock: @Sendable () -> Double = { Date().timeIntervalSince1970 }

    /// Since 1970-01-01T00:00:00Z.
    package let seconds: Int64

    package var date: Date { Date(timeIntervalSince1970: Double(seconds)) }

    package init(seconds: Int64) { self.seconds = seconds }

    /// A date in the form of XML (ISO 8601), in UTC or with an offset, `Z` or `+03:00`; fractions of a second are
    /// dropped.
    package init?(iso8601 text: String) {
        let halves = text.utf8.split(maxSplits: 1, omittingEmptySubsequences: false) { "Tt ".utf8.contains($0) }
        guard halves.count == 2 else { return nil }
        let mark = halves[1].firstIndex { "Zz+-".utf8.contains($0) } ?? halves[1].endIndex
        let date = halves[0].split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false).map(Self.number)
        guard date.count == 3, let year = date[0], let month = date[1], let day = date[2],
            let clock = String(halves[1][..<mark].prefix { !".,".utf8.contains($0) }),
            let time = Self.secondOfDay(clock[...]), let offset = Self.offset(halves[1][mark...]),
            let local = UTCTime(year: year, month: month, day: day, second: time)
        else { return nil }
        seconds = local.seconds - offset
    }

    /// Seconds east of UTC: `Z`, `+03:00`, `+0300`, `+03`.
    private static func offset(_ text: Substring.UTF8View) -> Int64? {
        guard let sign = text.first else { return nil }
        if sign == UInt8(ascii: "Z") || sign == UInt8(ascii: "z") { return text.count == 1 ? 0 : nil }
        let digits = text.dropFirst().filter { $0 != UInt8(ascii: ":") }
        guard digits.count == 2 || digits.count == 4, digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
        let numbers = digits.map { Int64($0 - 48) }
        let seconds =
            (numbers[0] * 10 + numbers[1]) * 3_600 + (numbers.count == 4 ? (numbers[2] * 10 + numbers[3]) * 60 : 0)
        return sign == UInt8(ascii: "-") ? -seconds : seconds
    }

    /// Only digits: no sign.
    private static func number(_ digits: Substring.UTF8View) -> Int64? {
        digits.allSatisfy { (48...57).contains($0) } ? String(digits).flatMap { Int64($0) } : nil
    }

    private init?(year: Int64, month: Int64, day: Int64, second: Int64) {
        guard (1...9999).contains(year), (1...12).contains(month), (1...31).contains(day) else { return nil }
        // Days from civil (Hinnant 2013): years begin in March, so that the leap day is the last of its year.
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400, yearOfEra = shifted % 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        seconds = (era * 146_097 + dayOfEra - 719_468) * 86_400 + second
    }

    /// `20130524T000000Z`
    package var basic: String {
        let shifted = (seconds - secondOfDay) / 86_400 + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        let date = year.zeroPadded(to: 4) + month.zeroPadded(to: 2) + day.zeroPadded(to: 2)
        let time = [secondOfDay / 3_600, secondOfDay / 60 % 60, secondOfDay % 60].map { $0.zeroPadded(to: 2) }.joined()
        return "\(date)T\(time)Z"
    }

    private var secondOfDay: Int64 { (seconds % 86_400 + 86_400) % 86_400 }

    private static func secondOfDay(_ text: Substring) -> Int64? {
        let parts = text.split(separator: ":").map { Int64($0) }
        guard parts.count == 3, let hour = parts[0], let minute = parts[1], let second = parts[2],
            (0...23).contains(hour), (0...59).contains(minute), (0...60).contains(second)
        else { return nil }
        return hour * 3_600 + minute * 60 + second
    }
}
