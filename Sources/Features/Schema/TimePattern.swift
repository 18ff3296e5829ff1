import Columnar
import Essentials

/// The parsed pattern of a ``TimeFormat``.
struct TimePattern: Sendable {
    /// What a part of the pattern tells about the time; each may occur once.
    enum Part: Int, Sendable {
        case year, shortYear, month, day, hour, hour12, minute, second, fraction, weekday, halfDay, offset
    }

    /// A piece of the pattern, in text order.
    enum Element: Sendable, Hashable {
        case literal(UInt8)
        case number(Part, minimum: Int, maximum: Int)
        case monthName(isFull: Bool)
        case weekdayName(isFull: Bool)
        case halfDay
        case offset

        /// What it tells; nil for a literal.
        var part: Part? {
            switch self {
            case .literal: nil
            case .number(let part, _, _): part
            case .monthName: .month
            case .weekdayName: .weekday
            case .halfDay: .halfDay
            case .offset: .offset
            }
        }
    }

    let elements: [Element]
    let hasOffset: Bool
    let hasTimeOfDay: Bool

    /// - Throws: ``SchemaError/invalidTimeFormat(text:reason:)``.
    init(parsing text: String) throws(SchemaError) {
        var reader = TimePatternReader(text)
        elements = try reader.read()
        let parts = Set(elements.compactMap(\.part))
        hasOffset = parts.contains(.offset)
        hasTimeOfDay = parts.contains(.hour) || parts.contains(.hour12)
    }

    /// As ``TimeFormat/microseconds(parsing:)-(UnsafeBufferPointer<UInt8>)``.
    func microseconds(parsing text: UnsafeBufferPointer<UInt8>) -> Int64? {
        guard let start = text.baseAddress else { return nil }
        var cursor = Cursor(position: start, end: start + text.count)
        var time = Fields()
        for element in elements {
            switch element {
            case .literal(let byte):
                guard cursor.skip(byte) else { return nil }
            case .number(.fraction, let minimum, let maximum):
                guard let fraction = cursor.fraction(minimum: minimum, maximum: maximum) else { return nil }
                time.microsecond = fraction
            case .number(let part, let minimum, let maximum):
                guard let value = cursor.number(minimum: minimum, maximum: maximum) else { return nil }
                time.set(part, value)
            case .monthName(let isFull):
                guard let index = cursor.name(isFull ? EnglishNames.months : EnglishNames.shortMonths) else {
                    return nil
                }
                time.month = index + 1
            case .weekdayName(let isFull):
                guard let index = cursor.name(isFull ? EnglishNames.weekdays : EnglishNames.shortWeekdays) else {
                    return nil
                }
                time.weekday = index
            case .halfDay:
                guard let index = cursor.name(EnglishNames.halfDays) else { return nil }
                time.isAfternoon = index == 1
            case .offset:
                guard let seconds = cursor.offset() else { return nil }
                time.offset = seconds
            }
        }
        return cursor.position == cursor.end ? time.microseconds : nil
    }
}

/// What has been read of a time.
private struct Fields {
    var year = 0
    var month = 0
    var day = 0
    var hour = 0
    /// The hour of a clock with twelve; nil where the pattern has the hour of the day.
    var hour12: Int?
    var minute = 0
    var second = 0
    var microsecond = 0
    /// From Sunday, 0.
    var weekday: Int?
    var isAfternoon = false
    /// Seconds east of Greenwich.
    var offset: Int64 = 0

    mutating func set(_ part: TimePattern.Part, _ value: Int) {
        switch part {
        case .year: year = value
        case .shortYear: year = value + (value < 69 ? 2000 : 1900)
        case .month: month = value
        case .day: day = value
        case .hour: hour = value
        case .hour12: hour12 = value
        case .minute: minute = value
        case .second: second = value
        // Not read as numbers.
        case .fraction, .weekday, .halfDay, .offset: break
        }
    }

    /// nil for what is not in the calendar.
    var microseconds: Int64? {
        var hour = hour
        if let hour12 {
            guard hour12 >= 1, hour12 <= 12 else { return nil }
            hour = hour12 % 12 + (isAfternoon ? 12 : 0)
        }
        guard year >= 1, month >= 1, month <= 12, day >= 1, day <= CivilDateTime.dayCount(ofMonth: month, year: year),
            hour <= 23, minute <= 59, second <= 59
        else { return nil }
        let days = CivilDateTime.day(ofYear: year, month: month, day: day)
        if let weekday {
            // 1970-01-01 was a Thursday; no year is so early that the sum is negative.
            guard (days + 4 + 7 * 110_000) % 7 == weekday else { return nil }
        }
        let seconds = Int64(days * 86_400 + hour * 3600 + minute * 60 + second) - offset
        return seconds * 1_000_000 + Int64(microsecond)
    }
}

/// Reads a text from its start.
private struct Cursor {
    var position: UnsafePointer<UInt8>
    let end: UnsafePointer<UInt8>

    var remaining: Int { end - position }

    mutating func skip(_ byte: UInt8) -> Bool {
        guard position < end, position[0] == byte else { return false }
        position += 1
        return true
    }

    /// As many digits as there are, up to `maximum`.
    mutating func number(minimum: Int, maximum: Int) -> Int? {
        var value = 0
        var count = 0
        while count < maximum, position < end {
            let digit = position[0] &- 0x30
            guard digit <= 9 else { break }
            value = value * 10 + Int(digit)
            count += 1
            position += 1
        }
        return count >= minimum ? value : nil
    }

    /// Microseconds; digits below are dropped.
    mutating func fraction(minimum: Int, maximum: Int) -> Int? {
        let start = position
        guard var value = number(minimum: minimum, maximum: maximum) else { return nil }
        var digits = position - start
        while digits < 6 {
            value *= 10
            digits += 1
        }
        while digits > 6 {
            value /= 10
            digits -= 1
        }
        return value
    }

    /// The index of the name that the text continues with, in any case.
    mutating func name(_ names: [StaticString]) -> Int? {
        for (index, name) in names.enumerated() {
            let count = name.utf8CodeUnitCount
            if remaining >= count, ASCIIWord.matches(name, position, position + count) {
                position += count
                return index
            }
        }
        return nil
    }

    /// Seconds east of Greenwich.
    mutating func offset() -> Int64? {
        func isDigit(_ index: Int) -> Bool { index < remaining && position[index] &- 0x30 <= 9 }
        var length = 1
        if remaining > 0, position[0] != UInt8(ascii: "Z") {
            if remaining > 3, position[3] == UInt8(ascii: ":") {
                length = 6
            } else {
                length = isDigit(3) && isDigit(4) ? 5 : 3
            }
        }
        guard length <= remaining,
            let seconds = CivilDateTime.zoneOffset(parsing: UnsafeBufferPointer(start: position, count: length))
        else { return nil }
        position += length
        return seconds
    }
}

/// In lower case.
private enum EnglishNames {
    static let months: [StaticString] = [
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
        "december",
    ]
    static let shortMonths: [StaticString] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ]
    static let weekdays: [StaticString] = [
        "sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday",
    ]
    static let shortWeekdays: [StaticString] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
    static let halfDays: [StaticString] = ["am", "pm"]
}
