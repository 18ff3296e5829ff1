import Columnar

/// Makes the profile of the times.
struct TimeProfiler: Sendable {
    /// A century of days: dates that are not dates do not fill the memory.
    static let dayLimit = 36_600

    private struct Count: Sendable {
        var rows = 0
        var labelled = 0
        var frauds = 0

        mutating func add(_ other: Count) {
            rows += other.rows
            labelled += other.labelled
            frauds += other.frauds
        }
    }

    private let column: String
    private let read: @Sendable (Column) -> [Int64?]
    private var order = OrderTracker()
    private var previous: Int64 = 0
    private var minimum = Int64.max
    private var maximum = Int64.min
    private var missing = 0
    private var days: [Int64: Count] = [:]
    private var otherRows = 0

    /// - Throws: `ColumnarError.typeMismatch` for a column of another type than dates and timestamps without a way to read it.
    init(_ time: DataProfileRequest.Time, _ type: DataType) throws(ColumnarError) {
        column = time.column
        if let microseconds = time.microseconds {
            read = microseconds
            return
        }
        switch ValueCoding(type) {
        case .date?, .timestamp?: read = { Self.times($0) }
        default: throw .typeMismatch(field: time.column, expected: "a date or timestamp", actual: type)
        }
    }

    private static func times(_ column: Column) -> [Int64?] {
        guard let coding = ValueCoding(column.type) else { return [] }
        return (0..<column.count).map { row in ClassSamples.key(column, row: row).map(coding.microseconds) }
    }

    /// - Parameter classes: of each row; nil without a label.
    mutating func add(_ column: Column, classes: [LabelClass]?) {
        var day: Int64?
        var count = Count()
        for (row, time) in read(column).enumerated() {
            guard let time else {
                missing += 1
                continue
            }
            order.add(comparison: time < previous ? -1 : time > previous ? 1 : 0)
            previous = time
            minimum = min(minimum, time)
            maximum = max(maximum, time)
            let ownDay = CivilDateTime.floorDivide(time, CivilDateTime.microsecondsPerDay)
            if ownDay != day {
                // Rows of one day usually follow one another: they are added together.
                add(count, to: day)
                (day, count) = (ownDay, Count())
            }
            count.rows += 1
            guard let label = classes?[row], label != .missing else { continue }
            count.labelled += 1
            count.frauds += label == .fraud ? 1 : 0
        }
        add(count, to: day)
    }

    private mutating func add(_ count: Count, to day: Int64?) {
        guard let day else { return }
        if days[day] == nil, days.count >= Self.dayLimit {
            otherRows += count.rows
        } else {
            days[day, default: Count()].add(count)
        }
    }

    var profile: TimeProfile {
        let sorted = days.sorted { $0.key < $1.key }
        var months: [TimeProfile.Period] = []
        for (day, count) in sorted {
            let month = Self.month(day)
            if months.last?.date != month { months.append(.init(date: month, rows: 0, labelled: 0, frauds: 0)) }
            months[months.count - 1].rows += count.rows
            months[months.count - 1].labelled += count.labelled
            months[months.count - 1].frauds += count.frauds
        }
        let gaps = zip(sorted, sorted.dropFirst()).map { earlier, later in
            TimeProfile.Gap(
                from: Self.date(earlier.key), to: Self.date(later.key), days: Int(later.key - earlier.key))
        }
        let hasTimes = minimum <= maximum
        return TimeProfile(
            column: column, missing: missing, first: hasTimes ? CivilDateTime.text(microseconds: minimum) : nil,
            last: hasTimes ? CivilDateTime.text(microseconds: maximum) : nil,
            seconds: hasTimes ? (Double(maximum) - Double(minimum)) / 1e6 : 0, order: order.order,
            days: sorted.map { day, count in
                .init(date: Self.date(day), rows: count.rows, labelled: count.labelled, frauds: count.frauds)
            }, otherRows: otherRows, months: months, longestGap: gaps.max { $0.days < $1.days },
            medianGap: gaps.isEmpty ? nil : gaps.map(\.days).sorted()[gaps.count / 2])
    }

    private static func date(_ day: Int64) -> String {
        ValueCoding.date.value(day).description
    }

    private static func month(_ day: Int64) -> String { String(date(day).dropLast(3)) }
}
