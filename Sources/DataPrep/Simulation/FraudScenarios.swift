import Columnar

/// Which customers and terminals are compromised on which days: scenarios 2 and 3 of the book.
struct FraudScenarios: Sendable {
    /// An amount above this, in hundredths, is a fraud by itself: scenario 1.
    static let amountThreshold: Int64 = 220_00
    static let terminalDays = 28
    static let customerDays = 14
    static let amountFactor: Int64 = 5

    /// A purchase of a compromised customer that is a fraud.
    struct FraudulentPurchase: Sendable {
        let customer: Int32
        /// Which of the customer's purchases of the day, in the order drawn.
        let ordinal: Int32
    }

    private let options: HandbookOptions
    private let profiles: CustomerProfiles

    init(options: HandbookOptions, profiles: CustomerProfiles) {
        self.options = options
        self.profiles = profiles
    }

    /// A one bit for each terminal that is compromised on that day.
    func compromisedTerminals(on day: Int) -> Bitmap {
        var words = [UInt64](repeating: 0, count: Bitmap.wordCount(options.terminals))
        for start in startingDays(of: Self.terminalDays, on: day) {
            var generator = KeyedGenerator(seed: options.seed, .compromisedTerminals, start)
            let wanted = count(options.compromisedTerminalsPerDay, .compromisedTerminals, on: start)
            for terminal in generator.distinctIndices(wanted, below: options.terminals) {
                words[terminal >> 6] |= 1 << UInt64(terminal & 63)
            }
        }
        return Bitmap(words: words, count: options.terminals)
    }

    /// How many compromises begin on a day, at a rate that may be a fraction: over any span of days their number is
    /// within one of the rate's.
    private func count(_ rate: Double, _ purpose: KeyedGenerator.Purpose, on day: Int) -> Int {
        // Days are numbered from 0; the generator of day -1 draws the phase.
        var generator = KeyedGenerator(seed: options.seed, purpose, -1)
        let phase = generator.uniform()
        return Int((rate * Double(day + 1) + phase).rounded(.down) - (rate * Double(day) + phase).rounded(.down))
    }

    /// The days on which a compromise that still lasts can have begun: as in the book, none begins on the last day.
    func startingDays(of duration: Int, on day: Int) -> Range<Int> {
        let first = max(0, day - duration + 1)
        return first..<max(first, min(day, options.days - 2) + 1)
    }

    /// The frauds on the customers who become compromised on one day: a third, rounded down, of all their purchases on
    /// each of 14 days.
    func fraudulentPurchases(ofCustomersCompromisedOn start: Int) -> [[FraudulentPurchase]] {
        var generator = KeyedGenerator(seed: options.seed, .compromisedCustomers, start)
        let wantedCustomers = count(options.compromisedCustomersPerDay, .compromisedCustomers, on: start)
        let customers = generator.distinctIndices(wantedCustomers, below: options.customers)
        let days = start..<min(start + Self.customerDays, options.days)
        let counts = days.map { day in customers.map { profiles.purchaseCount($0, day: day) } }
        var remaining = counts.joined().reduce(0, +)
        var wanted = remaining / 3
        var frauds: [[FraudulentPurchase]] = []
        for day in counts {
            var ofDay: [FraudulentPurchase] = []
            for (customer, count) in zip(customers, day) {
                for ordinal in 0..<count {
                    // Selection sampling: D. Knuth, "The Art of Computer Programming", 3.4.2, algorithm S.
                    if generator.index(below: remaining) < wanted {
                        ofDay.append(FraudulentPurchase(customer: Int32(customer), ordinal: Int32(ordinal)))
                        wanted -= 1
                    }
                    remaining -= 1
                }
            }
            frauds.append(ofDay)
        }
        return frauds
    }
}
