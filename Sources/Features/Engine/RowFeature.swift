import Columnar

/// A feature that is computed from the transaction and from other features, once those from the history are there.
struct RowFeature: Sendable {
    enum Operation: Sendable {
        /// A number or another feature, as it is.
        case copy(lane: Int)
        /// With what is added to the time of tables for the wall clock's, in microseconds.
        case calendar(CalendarPart, offset: Int64)
        case distance(latitude: Int, longitude: Int, toLatitude: Int, toLongitude: Int)
        case custom(any RowFunction, lanes: [Int], settings: [String: Double])
        case expression(EngineExpression)
    }

    let operation: Operation
    /// The lane of the result.
    let output: Int

    /// Computes it for some rows of a portion.
    func compute(_ portion: BatchPortion, _ lanes: RowLanes, _ rows: Range<Int>) {
        switch operation {
        case .expression(let expression): expression.compute(portion, lanes, rows)
        case .copy(let lane): for row in rows { lanes[output, row] = lanes[lane, row] }
        case .calendar, .distance, .custom: for row in rows { compute(lanes, row) }
        }
    }

    /// Computes it for a single transaction.
    func compute(_ record: TransactionRecord, _ lanes: RowLanes, _ scratch: inout ExpressionScratch) {
        if case .expression(let expression) = operation { return expression.compute(record, lanes, &scratch) }
        compute(lanes, 0)
    }

    @inline(__always)
    private func compute(_ lanes: RowLanes, _ row: Int) {
        let value: Double
        switch operation {
        case .expression: return
        case .copy(let lane): value = lanes.number(lane, row)
        case .calendar(let part, let offset):
            value = part.value(lanes[RowLanes.time, row].addingReportingOverflow(offset).partialValue)
        case .distance(let latitude, let longitude, let toLatitude, let toLongitude):
            value = GreatCircle.kilometres(
                latitude: lanes.number(latitude, row), longitude: lanes.number(longitude, row),
                toLatitude: lanes.number(toLatitude, row), longitude: lanes.number(toLongitude, row))
        case .custom(let function, let inputs, let settings):
            value = withUnsafeTemporaryAllocation(of: Double.self, capacity: inputs.count) { values in
                for (index, lane) in inputs.enumerated() {
                    values.initializeElement(at: index, to: lanes.number(lane, row))
                }
                return function.value(UnsafeBufferPointer(values), settings: settings)
            }
        }
        lanes.setNumber(value, output, row)
    }
}

extension CalendarPart {
    /// Of a time of the wall clock, in microseconds since 1970-01-01T00:00:00.
    func value(_ time: Int64) -> Double {
        let parts = DayTime(time)
        switch self {
        case .hour: return Double(parts.hour)
        case .minuteOfDay:
            let day = CivilDateTime.floorDivide(time, CivilDateTime.microsecondsPerDay)
            return Double((time &- day &* CivilDateTime.microsecondsPerDay) / 60_000_000)
        case .weekday: return Double(parts.weekday)
        case .dayOfMonth: return Double(CivilDateTime(microsecondsSince1970: time).day)
        case .month: return Double(CivilDateTime(microsecondsSince1970: time).month)
        case .isWeekend: return parts.isWeekend ? 1 : 0
        case .isNight: return parts.isNight ? 1 : 0
        case .quarterOfDay: return Double(parts.hour / 6)
        }
    }
}
