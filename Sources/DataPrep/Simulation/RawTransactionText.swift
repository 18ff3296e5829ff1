import Columnar
import Essentials

/// Writes transactions as the lines of the course's raw files, without a string for any of the values.
struct RawTransactionText {
    /// The first line of each file: names separated by bars, one of them misspelt, as in the source.
    static let header = Array(
        """
        # tranaction_id | tx_datetime | customer_id | terminal_id | tx_amount | tx_time_seconds | tx_time_days | tx_fraud \
        | tx_fraud_scenario\n
        """.utf8)

    /// More than any line has: eight commas and nine values of at most 20 bytes.
    static let maximumLineLength = 192

    private let day: SimulatedDay
    private let startSeconds: Int
    /// `2019-08-22` and a space.
    private let date: [UInt8]

    init(_ day: SimulatedDay, midnight: Int64) {
        self.day = day
        startSeconds = day.day * CustomerProfiles.daySeconds
        let text = CivilDateTime.text(microseconds: midnight + Int64(startSeconds) * 1_000_000)
        date = Array(text.utf8.prefix(11))
    }

    /// Writes the line of a row with its newline; returns how long it is.
    /// - Precondition: The buffer has room for ``maximumLineLength`` bytes.
    @inline(__always)
    func write(row: Int, to line: UnsafeMutablePointer<UInt8>) -> Int {
        var end = line
        Self.append(UInt64(truncatingIfNeeded: day.firstIdentifier + Int64(row)), to: &end)
        Self.append(UInt8(ascii: ","), to: &end)
        date.withUnsafeBufferPointer { date in
            guard let start = date.baseAddress else { return }
            end.update(from: start, count: date.count)
            end += date.count
        }
        let second = Int(day.seconds[row])
        Self.appendPair(second / 3_600, to: &end)
        Self.append(UInt8(ascii: ":"), to: &end)
        Self.appendPair(second / 60 % 60, to: &end)
        Self.append(UInt8(ascii: ":"), to: &end)
        Self.appendPair(second % 60, to: &end)
        Self.append(UInt8(ascii: ","), to: &end)
        Self.append(UInt64(truncatingIfNeeded: day.customers[row]), to: &end)
        Self.append(UInt8(ascii: ","), to: &end)
        Self.append(UInt64(truncatingIfNeeded: day.terminals[row]), to: &end)
        Self.append(UInt8(ascii: ","), to: &end)
        let cents = UInt64(truncatingIfNeeded: day.cents[row])
        Self.append(cents / 100, to: &end)
        Self.append(UInt8(ascii: "."), to: &end)
        Self.appendPair(Int(truncatingIfNeeded: cents % 100), to: &end)
        Self.append(UInt8(ascii: ","), to: &end)
        Self.append(UInt64(truncatingIfNeeded: startSeconds + second), to: &end)
        Self.append(UInt8(ascii: ","), to: &end)
        Self.append(UInt64(truncatingIfNeeded: day.day), to: &end)
        Self.append(UInt8(ascii: ","), to: &end)
        let scenario = day.scenarios[row]
        Self.append(scenario == 0 ? UInt8(ascii: "0") : UInt8(ascii: "1"), to: &end)
        Self.append(UInt8(ascii: ","), to: &end)
        Self.append(UInt8(ascii: "0") + scenario, to: &end)
        Self.append(UInt8(ascii: "\n"), to: &end)
        return end - line
    }

    @inline(__always)
    private static func append(_ byte: UInt8, to end: inout UnsafeMutablePointer<UInt8>) {
        end.pointee = byte
        end += 1
    }

    /// Two digits of a number below 100.
    @inline(__always)
    private static func appendPair(_ value: Int, to end: inout UnsafeMutablePointer<UInt8>) {
        let value = UInt32(truncatingIfNeeded: value)
        append(UInt8(truncatingIfNeeded: 0x30 &+ value / 10), to: &end)
        append(UInt8(truncatingIfNeeded: 0x30 &+ value % 10), to: &end)
    }

    @inline(__always)
    private static func append(_ value: UInt64, to end: inout UnsafeMutablePointer<UInt8>) {
        end += DecimalDigits.write(value, to: end)
    }
}
