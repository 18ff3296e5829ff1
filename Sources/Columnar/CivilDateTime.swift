/// A date and time of day in the proleptic Gregorian calendar, without a zone and without leap seconds.
///
/// Conversion between calendar dates and day numbers follows H. Hinnant, "chrono-Compatible Low-Level Date Algorithms"
/// (2013), <https://howardhinnant.github.io/date_algorithms.html>.
public struct CivilDateTime: Sendable, Hashable {
    /// Astronomical: 1 is AD 1, 0 is 1 BC.
    public var year: Int
    /// 1 to 12.
    public var month: Int
    /// 1 to 31.
    public var day: Int
    /// 0 to 23.
    public var hour: Int
    /// 0 to 59.
    public var minute: Int
    /// 0 to 59.
    public var second: Int
    /// 0 to 999,999.
    public var microsecond: Int

    /// Takes the parts as they are, without a check.
    public init(
        year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0, microsecond: Int = 0
    ) {
        self.year = year
        self.month = month
        self.day = day
        self.hour = hour
        self.minute = minute
        self.second = second
        self.microsecond = microsecond
    }

    /// The wall-clock time so many microseconds after 1970-01-01T00:00:00.
    public init(microsecondsSince1970 ticks: Int64) {
        let days = CivilDateTime.floorDivide(ticks, CivilDateTime.microsecondsPerDay)
        var rest = Int(ticks &- days &* CivilDateTime.microsecondsPerDay)
        let date = CivilDateTime.date(ofDay: Int(days))
        year = date.year
        month = date.month
        day = date.day
        microsecond = rest % 1_000_000
        rest /= 1_000_000
        second = rest % 60
        minute = rest / 60 % 60
        hour = rest / 3600
    }

    /// Microseconds since 1970-01-01T00:00:00.
    public var microsecondsSince1970: Int64 {
        let seconds =
            CivilDateTime.day(ofYear: year, month: month, day: day) * 86_400 + hour * 3600 + minute * 60 + second
        return Int64(seconds) * 1_000_000 + Int64(microsecond)
    }

    /// Microseconds in a day.
    public static var microsecondsPerDay: Int64 { 86_400_000_000 }

    /// Days from 1970-01-01 to that date.
    public static func day(ofYear year: Int, month: Int, day: Int) -> Int {
        // Years begin in March, so that the leap day is the last of its year.
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// The date that many days after 1970-01-01.
    public static func date(ofDay day: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (
            yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        )
    }

    /// Days of a month; the month is 1 to 12.
    public static func dayCount(ofMonth month: Int, year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Division that rounds toward negative infinity; the divisor is positive.
    @inlinable
    package static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
        let quotient = value / divisor
        return value % divisor < 0 ? quotient - 1 : quotient
    }
}
