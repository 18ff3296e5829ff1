public import Columnar
import Parallelism

/// Simulates card transactions as the *Fraud Detection Handbook* does; ``HandbookOptions`` names the source.
///
/// Customers, terminals, amounts, times and frauds follow the book's definitions; the random numbers come from a
/// separate generator, so that days are simulated independently of one another, in parallel, and with the same result
/// everywhere. Transactions are in time order, numbered from 0; frauds are labelled 1 in `tx_fraud`, and
/// `tx_fraud_scenario` says why:
/// 1. the amount is above 220;
/// 2. the terminal is compromised;
/// 3. the customer is compromised, and this is one of the third of the purchases whose amount was multiplied by five.
/// A later scenario takes precedence.
public struct HandbookSimulator: Sendable {
    /// The parameters.
    public let options: HandbookOptions
    private let grid: TerminalGrid
    private let profiles: CustomerProfiles
    let scenarios: FraudScenarios

    /// Draws the customers and terminals.
    /// - Throws: ``SimulationError`` when a parameter is invalid.
    public init(options: HandbookOptions = HandbookOptions()) throws(SimulationError) {
        try options.check()
        self.options = options
        grid = TerminalGrid(options: options)
        profiles = CustomerProfiles(options: options, grid: grid)
        scenarios = FraudScenarios(options: options, profiles: profiles)
    }

    /// The transactions in `TransactionColumn.tableSchema`, one batch per day. A few days are in memory at a time.
    public func batches(threads: Int) -> AsyncThrowingStream<RecordBatch, any Error> {
        let queue = DayQueue(chunks: chunks(threads: threads))
        let midnight = midnight
        return AsyncThrowingStream { try await queue.next()?.recordBatch(midnight: midnight) }
    }

    /// Microseconds since 1970 at which day 0 begins.
    var midnight: Int64 {
        CivilDateTime(year: options.firstDay.year, month: options.firstDay.month, day: options.firstDay.day)
            .microsecondsSince1970
    }

    /// The days in order, some at a time.
    func chunks(threads: Int) -> SimulationChunks { SimulationChunks(simulator: self, threads: threads) }

    /// One day, its transactions not numbered yet.
    /// - Parameter frauds: The purchases that scenario 3 turns into frauds; one can occur several times.
    func simulate(day: Int, frauds: [FraudScenarios.FraudulentPurchase]) -> SimulatedDay {
        let frauds = frauds.sorted { ($0.customer, $0.ordinal) < ($1.customer, $1.ordinal) }
        var nextFraud = 0
        let compromisedTerminals = scenarios.compromisedTerminals(on: day)
        var drawn = SimulatedDay(day: day)
        drawn.reserve(Int(Double(profiles.count) * options.maximumDailyPurchases * 0.52) + 64)
        for customer in 0..<profiles.count where profiles.meanPurchases[customer] > 0 {
            var ordinal: Int32 = 0
            var details = KeyedGenerator(seed: options.seed, .purchaseDetails, customer, day)
            var neighbourhood: TerminalGrid.Neighbourhood?
            profiles.forEachPurchase(customer, day: day) { second in
                let near = neighbourhood ?? grid.neighbourhood(x: profiles.x[customer], y: profiles.y[customer])
                neighbourhood = near
                var cents = profiles.amount(customer, &details)
                let terminal = grid.randomTerminal(near, &details)
                var scenario: UInt8 = cents > FraudScenarios.amountThreshold ? 1 : 0
                if compromisedTerminals[Int(terminal)] { scenario = 2 }
                while nextFraud < frauds.count, frauds[nextFraud].customer == Int32(customer),
                    frauds[nextFraud].ordinal == ordinal
                {
                    cents *= FraudScenarios.amountFactor
                    scenario = 3
                    nextFraud += 1
                }
                drawn.append(
                    second: Int32(second), customer: Int32(customer), terminal: terminal, cents: cents,
                    scenario: scenario)
                ordinal += 1
            }
        }
        return drawn.sortedByTime()
    }
}

extension SimulatedDay {
    fileprivate mutating func reserve(_ rows: Int) {
        seconds.reserveCapacity(rows)
        customers.reserveCapacity(rows)
        terminals.reserveCapacity(rows)
        cents.reserveCapacity(rows)
        scenarios.reserveCapacity(rows)
    }

    @inline(__always)
    fileprivate mutating func append(second: Int32, customer: Int32, terminal: Int32, cents: Int64, scenario: UInt8) {
        seconds.append(second)
        customers.append(customer)
        terminals.append(terminal)
        self.cents.append(cents)
        scenarios.append(scenario)
    }

    /// Rows of the same second stay in the order in which they were drawn.
    fileprivate func sortedByTime() -> SimulatedDay {
        var next = [Int32](repeating: 0, count: CustomerProfiles.daySeconds + 1)
        for second in seconds { next[Int(second) + 1] += 1 }
        for second in 1..<next.count { next[second] += next[second - 1] }
        var order = [Int32](repeating: 0, count: count)
        for (row, second) in seconds.enumerated() {
            order[Int(next[Int(second)])] = Int32(row)
            next[Int(second)] += 1
        }
        return SimulatedDay(
            day: day, seconds: order.map { seconds[Int($0)] }, customers: order.map { customers[Int($0)] },
            terminals: order.map { terminals[Int($0)] }, cents: order.map { cents[Int($0)] },
            scenarios: order.map { scenarios[Int($0)] })
    }
}
