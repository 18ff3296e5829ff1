public import Columnar

/// The parameters of the *Fraud Detection Handbook*'s simulator (Le Borgne, Siblini, Lebichot, Bontempi, "Reproducible
/// Machine Learning for Credit Card Fraud Detection", 2022, chapter 3, "Transaction data simulator"). The defaults are
/// the book's, which give about 1.75 million transactions, apart from the first day, which is that of the course's files.
public struct HandbookOptions: Sendable, Hashable {
    /// How many customers there are.
    public var customers: Int
    /// How many terminals there are.
    public var terminals: Int
    /// How many days are simulated.
    public var days: Int
    /// Midnight of day 0.
    public var firstDay: CivilDateTime
    /// Customers pay at terminals nearer than this; customers and terminals are in a square of 100 by 100.
    public var radius: Double
    /// A customer's mean number of purchases a day is uniform between 0 and this.
    public var maximumDailyPurchases: Double
    /// Terminals that become compromised on each day, for 28 days: scenario 2. With a fraction, such as 0.25, one does every few
    /// days, evenly spaced from a day that the seed chooses.
    public var compromisedTerminalsPerDay: Double
    /// Customers that become compromised on each day, for 14 days, in which a third of their purchases are frauds of
    /// five times the amount: scenario 3. Fractions are as for terminals.
    public var compromisedCustomersPerDay: Double
    /// The same seed and parameters give the same transactions on every machine, with any number of threads.
    public var seed: UInt64

    /// The book's parameters by default.
    public init(
        customers: Int = 5_000, terminals: Int = 10_000, days: Int = 183,
        firstDay: CivilDateTime = CivilDateTime(year: 2019, month: 8, day: 22), radius: Double = 5,
        maximumDailyPurchases: Double = 4, compromisedTerminalsPerDay: Double = 2,
        compromisedCustomersPerDay: Double = 3,
        seed: UInt64 = 42
    ) {
        self.customers = customers
        self.terminals = terminals
        self.days = days
        self.firstDay = firstDay
        self.radius = radius
        self.maximumDailyPurchases = maximumDailyPurchases
        self.compromisedTerminalsPerDay = compromisedTerminalsPerDay
        self.compromisedCustomersPerDay = compromisedCustomersPerDay
        self.seed = seed
    }

    /// Parameters for about that many transactions in `days` days, with customers, terminals and frauds in the book's
    /// proportions: the radius shrinks as terminals become denser, so that a customer has about 78 terminals to choose
    /// from.
    public static func scaled(toTransactions count: Int, days: Int = 183, seed: UInt64 = 42) -> HandbookOptions {
        // On average two purchases a day, of which 96.9 % fall within the day.
        let customers = max(1, Int((Double(count) / (Double(max(1, days)) * 1.938)).rounded()))
        let terminals = customers * 2
        return HandbookOptions(
            customers: customers, terminals: terminals, days: days,
            radius: min(150, 5 * (10_000 / Double(terminals)).squareRoot()),
            compromisedTerminalsPerDay: Double(terminals) / 5_000,
            compromisedCustomersPerDay: Double(customers) * 3 / 5_000, seed: seed)
    }

    /// About how many transactions will be simulated.
    public var expectedTransactions: Int {
        Int(Double(customers) * Double(days) * maximumDailyPurchases / 2 * 0.969)
    }

    func check() throws(SimulationError) {
        func require(_ condition: Bool, _ option: String, _ value: some Any, _ requirement: String)
            throws(SimulationError)
        {
            if !condition { throw .invalidOption(name: option, value: "\(value)", requirement: requirement) }
        }
        let identifiers = 1...Int(Int32.max)
        try require(identifiers.contains(customers), "customers", customers, "1 or more, below 2^31")
        try require(identifiers.contains(terminals), "terminals", terminals, "1 or more, below 2^31")
        try require((1...36_500).contains(days), "days", days, "1 to 36,500")
        try require(radius > 0 && radius.isFinite, "radius", radius, "above 0")
        try require(
            (0...100).contains(maximumDailyPurchases), "maximumDailyPurchases", maximumDailyPurchases, "0 to 100")
        try require(
            (0...Double(terminals)).contains(compromisedTerminalsPerDay), "compromisedTerminalsPerDay",
            compromisedTerminalsPerDay, "0 to the number of terminals")
        try require(
            (0...Double(customers)).contains(compromisedCustomersPerDay), "compromisedCustomersPerDay",
            compromisedCustomersPerDay, "0 to the number of customers")
    }
}

/// An invalid parameter of a simulation.
public enum SimulationError: Error, Sendable, Hashable {
    /// The given value, and the requirement.
    case invalidOption(name: String, value: String, requirement: String)
}

extension SimulationError: CustomStringConvertible {
    /// The option, its value and what it may be, in one line.
    public var description: String {
        switch self {
        case .invalidOption(let name, let value, let requirement):
            "the simulation's \(name) cannot be \(value): it must be \(requirement)"
        }
    }
}
