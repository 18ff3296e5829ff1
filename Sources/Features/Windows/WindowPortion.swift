import Parallelism

/// A range of rows of a table, in time order, for which window features are computed.
///
/// Customers and terminals are independent of one another and among themselves. So each thread takes a share of them
/// and iterates over all rows in order; per customer and terminal, the same steps happen in the same order on any
/// number of threads.
struct WindowPortion {
    let transactions: TransactionColumns
    /// The table's rows in time order; nil if they are in that order already.
    let order: [Int32]?
    /// The range of positions in that order.
    let positions: Range<Int>
    let target: FeatureColumns
    let spans: WindowSpans
    let lateness: Int64
    /// The state before the first row.
    let watermark: Watermark
    /// Whether the amounts of all rows are finite numbers.
    let areAllRecorded: Bool

    func run(_ state: inout FeatureState, threads: Int) {
        let customerSlots = positions.map { Int32(state.customers.makeSlot(of: transactions.customerID[row(at: $0)])) }
        let terminalSlots = positions.map { Int32(state.terminals.makeSlot(of: transactions.terminalID[row(at: $0)])) }
        let shares = max(1, threads)
        state.customers.histories.withUnsafeMutableBufferPointer { customers in
            state.terminals.histories.withUnsafeMutableBufferPointer { terminals in
                let shared = SharedHistories(customers: customers, terminals: terminals)
                parallelFor(count: 2 * shares, threads: threads) { task in
                    let share = task >> 1
                    if task & 1 == 0 {
                        runCustomers(shared.customers, slots: customerSlots, share: share, of: shares)
                    } else {
                        runTerminals(shared.terminals, slots: terminalSlots, share: share, of: shares)
                    }
                }
            }
        }
        for position in positions where isRecorded(row(at: position)) {
            state.observe(transactions.dateTime[row(at: position)])
        }
        state.didRecord(positions.count)
    }

    /// Whether a row is added to the history once its features are computed.
    @inline(__always)
    private func isRecorded(_ row: Int) -> Bool { areAllRecorded || transactions.amount[row].isFinite }

    @inline(__always)
    private func row(at position: Int) -> Int { order.map { Int($0[position]) } ?? position }

    private func runCustomers(
        _ histories: UnsafeMutableBufferPointer<EventHistory>, slots: [Int32], share: Int, of shares: Int
    ) {
        var watermark = watermark
        for position in positions {
            let row = row(at: position)
            let time = transactions.dateTime[row]
            if isRecorded(row) { watermark.observe(time) }
            let slot = Int(slots[position - positions.lowerBound])
            guard slot % shares == share else { continue }
            let amount = transactions.amount[row]
            let dayTime = DayTime(time)
            target[0][row] = Float(amount)
            target[1][row] = dayTime.isWeekend ? 1 : 0
            target[2][row] = dayTime.isNight ? 1 : 0
            let exact = ExactAmount(amount)
            withUnsafePointer(to: &histories[slot]) { history in
                spans.customerFeatures(time: time, amount: exact, history: history) { window, count, mean in
                    target[3 + 2 * window][row] = count
                    target[4 + 2 * window][row] = mean
                }
            }
            guard isRecorded(row) else { continue }
            histories[slot].insert(time: time, amount: exact)
            if let newest = watermark.time {
                histories[slot].evict(through: spans.customerHorizon(newest: newest, lateness: lateness))
            }
        }
    }

    private func runTerminals(
        _ histories: UnsafeMutableBufferPointer<EventHistory>, slots: [Int32], share: Int, of shares: Int
    ) {
        let firstColumn = 3 + 2 * spans.customer.count
        var watermark = watermark
        for position in positions {
            let row = row(at: position)
            let time = transactions.dateTime[row]
            if isRecorded(row) { watermark.observe(time) }
            let slot = Int(slots[position - positions.lowerBound])
            guard slot % shares == share else { continue }
            spans.terminalFeatures(time: time, history: histories[slot]) { window, count, risk in
                target[firstColumn + 2 * window][row] = count
                target[firstColumn + 1 + 2 * window][row] = risk
            }
            guard isRecorded(row) else { continue }
            histories[slot].insert(time: time, value: transactions.fraud?[row] == 1 ? 1 : 0)
            if let newest = watermark.time {
                histories[slot].evict(through: spans.terminalHorizon(newest: newest, lateness: lateness))
            }
        }
    }
}

/// The histories by pointer, for threads that share them.
///
/// `@unchecked Sendable`: the pointers outlive the parallel loop that they are made for, and each history is touched by the
/// one thread whose share its slot falls into.
private struct SharedHistories: @unchecked Sendable {
    let customers: UnsafeMutableBufferPointer<EventHistory>
    let terminals: UnsafeMutableBufferPointer<EventHistory>
}
