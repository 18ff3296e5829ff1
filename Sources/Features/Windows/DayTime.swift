import Columnar

/// The parts of a time that are features: the hour, and the weekday.
struct DayTime {
    /// 0 to 23.
    let hour: Int
    /// 0 is Monday.
    let weekday: Int

    init(_ microsecondsSince1970: Int64) {
        let day = CivilDateTime.floorDivide(microsecondsSince1970, CivilDateTime.microsecondsPerDay)
        hour = Int((microsecondsSince1970 &- day &* CivilDateTime.microsecondsPerDay) / 3_600_000_000)
        // 1970-01-01 was a Thursday.
        weekday = Int(((day + 3) % 7 + 7) % 7)
    }

    var isWeekend: Bool { weekday >= 5 }

    /// As in the Handbook: the hours 0 to 6.
    var isNight: Bool { hour <= 6 }
}
