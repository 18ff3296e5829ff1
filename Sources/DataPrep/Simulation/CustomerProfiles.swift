/// Where customers live and how they spend, column by column.
struct CustomerProfiles: Sendable {
    /// Seconds of a day.
    static let daySeconds = 86_400

    let x: [Double]
    let y: [Double]
    /// Mean of the amount of a purchase; the standard deviation is half of it.
    let meanAmount: [Double]
    /// Mean number of purchases a day; 0 where no terminal is near enough.
    let meanPurchases: [Double]
    /// e to the power of minus that mean.
    private let probabilityOfNone: [Double]
    private let seed: UInt64

    init(options: HandbookOptions, grid: TerminalGrid) {
        var x: [Double] = [], y: [Double] = [], meanAmount: [Double] = [], meanPurchases: [Double] = []
        for customer in 0..<options.customers {
            var generator = KeyedGenerator(seed: options.seed, .customerProfile, customer)
            let location = (generator.uniform(0, 100), generator.uniform(0, 100))
            x.append(location.0)
            y.append(location.1)
            meanAmount.append(generator.uniform(5, 100))
            let mean = generator.uniform(0, options.maximumDailyPurchases)
            meanPurchases.append(grid.hasTerminal(grid.neighbourhood(x: location.0, y: location.1)) ? mean : 0)
        }
        self.x = x
        self.y = y
        self.meanAmount = meanAmount
        self.meanPurchases = meanPurchases
        probabilityOfNone = meanPurchases.map(PortableMath.exponentialOfNegative)
        seed = options.seed
    }

    var count: Int { x.count }

    /// The seconds of day, in the order drawn, at which a customer buys: around noon, with a standard deviation of
    /// 20,000 seconds; times outside of the day are dropped.
    @inline(__always)
    func forEachPurchase(_ customer: Int, day: Int, _ body: (Int) -> Void) {
        var generator = KeyedGenerator(seed: seed, .purchaseTimes, customer, day)
        let drawn = generator.poisson(
            mean: meanPurchases[customer], probabilityOfZero: probabilityOfNone[customer])
        for _ in 0..<drawn {
            let time = Int(Double(Self.daySeconds / 2) + 20_000 * generator.normal())
            if time > 0, time < Self.daySeconds { body(time) }
        }
    }

    func purchaseCount(_ customer: Int, day: Int) -> Int {
        var count = 0
        forEachPurchase(customer, day: day) { _ in count += 1 }
        return count
    }

    /// The amount of a purchase in hundredths: normal, and where that is negative, uniform up to twice the mean.
    @inline(__always)
    func amount(_ customer: Int, _ generator: inout KeyedGenerator) -> Int64 {
        let mean = meanAmount[customer]
        var amount = mean + mean / 2 * generator.normal()
        if amount < 0 { amount = generator.uniform(0, mean * 2) }
        return Int64((amount * 100).rounded(.toNearestOrEven))
    }
}
