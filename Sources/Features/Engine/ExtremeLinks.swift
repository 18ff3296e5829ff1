/// Finds the least and the greatest value of rows: each row has the distances to the last row before it with a smaller value and
/// to the last with a greater one. The greatest value of a window is at the end of the links that lead from its last row, and
/// longer windows go on where shorter ones ended.
///
/// Values are compared as ``WindowExtreme`` does: a missing one is neither the least nor the greatest.
struct ExtremeLinks {
    let rows: UnsafeMutablePointer<Int64>
    let stride: Int
    /// The word of the value.
    let value: Int
    /// The word of both distances: of the greater value below, of the smaller one above.
    let links: Int

    /// How many links are followed before the summaries of a long history are faster.
    static let longest = 64

    /// The distance where there is no such row.
    private static let none = UInt32.max

    @inline(__always)
    func number(_ position: Int) -> Double {
        Double(bitPattern: UInt64(bitPattern: rows[position &* stride &+ value]))
    }

    /// The last row before `position` with a greater value, or a smaller one; below 0 if there is none.
    @inline(__always)
    func previous(_ position: Int, isMaximum: Bool) -> Int {
        let word = UInt64(bitPattern: rows[position &* stride &+ links])
        return position &- Int(truncatingIfNeeded: isMaximum ? word & 0xFFFF_FFFF : word >> 32)
    }

    /// The row of the extreme among those from `lower` to `position`; nil after that many steps.
    /// - Parameter position: The newest, or one whose value is beyond those of all newer rows.
    @inline(__always)
    func extreme(to position: Int, from lower: Int, isMaximum: Bool, steps: Int) -> Int? {
        var position = position
        var left = steps
        while true {
            let previous = previous(position, isMaximum: isMaximum)
            guard previous >= lower else { return position }
            position = previous
            left &-= 1
            if left == 0 { return nil }
        }
    }

    /// Sets the links of a row; those of earlier rows are set.
    /// - Parameter first: The first row that counts.
    @inline(__always)
    func set(at position: Int, from first: Int) {
        let greater = UInt64(distance(position, first, isMaximum: true))
        let smaller = UInt64(distance(position, first, isMaximum: false))
        rows[position &* stride &+ links] = Int64(bitPattern: smaller << 32 | greater)
    }

    /// Whether a row's value is greater, or smaller, than another's.
    @inline(__always)
    func isBeyond(_ position: Int, _ other: Int, isMaximum: Bool) -> Bool {
        let (candidate, number) = (number(position), number(other))
        return number.isNaN ? !candidate.isNaN : isMaximum ? candidate > number : candidate < number
    }

    @inline(__always)
    private func distance(_ position: Int, _ first: Int, isMaximum: Bool) -> UInt32 {
        var other = position &- 1
        while other >= first {
            if isBeyond(other, position, isMaximum: isMaximum) {
                return UInt32(exactly: position &- other) ?? ExtremeLinks.none
            }
            other = previous(other, isMaximum: isMaximum)
        }
        return ExtremeLinks.none
    }
}
