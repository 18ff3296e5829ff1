import Parallelism

/// Simulates the days in order, several at once on several threads, and numbers their transactions.
actor SimulationChunks {
    /// Enough days for every thread, few enough to use little memory.
    private static let chunkRows = 400_000

    private let simulator: HandbookSimulator
    private let threads: Int
    private let daysPerChunk: Int
    private var nextDay = 0
    private var nextIdentifier: Int64 = 0
    /// By day, the frauds on customers compromised earlier.
    private var frauds: [Int: [FraudScenarios.FraudulentPurchase]] = [:]
    /// Compromises that begin before this day have been drawn.
    private var drawnStarts = 0

    init(simulator: HandbookSimulator, threads: Int) {
        self.simulator = simulator
        self.threads = max(1, threads)
        let rowsPerDay = max(1, simulator.options.expectedTransactions / simulator.options.days)
        daysPerChunk = max(self.threads, min(Self.chunkRows / rowsPerDay, 64))
    }

    /// The next days, or nil after the last one.
    func next() async throws -> [SimulatedDay]? {
        let days = nextDay..<min(nextDay + daysPerChunk, simulator.options.days)
        guard !days.isEmpty else { return nil }
        nextDay = days.upperBound
        let starts = drawnStarts..<max(drawnStarts, min(days.upperBound, simulator.options.days - 1))
        drawnStarts = starts.upperBound
        let earlier = frauds
        let (simulated, later) = try await onDedicatedThread(named: "simulation") { [simulator, threads] flag in
            let drawn = try inParallel(starts, threads: threads, flag) {
                simulator.scenarios.fraudulentPurchases(ofCustomersCompromisedOn: $0)
            }
            var frauds = earlier
            for (start, purchases) in zip(starts, drawn) {
                for (offset, ofDay) in purchases.enumerated() where !ofDay.isEmpty {
                    frauds[start + offset, default: []] += ofDay
                }
            }
            let complete = frauds
            let simulated = try inParallel(days, threads: threads, flag) {
                simulator.simulate(day: $0, frauds: complete[$0] ?? [])
            }
            return (simulated, complete.filter { $0.key >= days.upperBound })
        }
        frauds = later
        return simulated.map { day in
            var numbered = day
            numbered.firstIdentifier = nextIdentifier
            nextIdentifier += Int64(day.count)
            return numbered
        }
    }
}

/// The results for all indices, in their order.
func inParallel<Result: Sendable>(
    _ indices: Range<Int>, threads: Int, _ flag: CancellationFlag, _ body: @Sendable (Int) throws -> Result
) throws -> [Result] {
    let results = Lock([Result?](repeating: nil, count: indices.count))
    try parallelForThrowing(count: indices.count, threads: threads) { position in
        try flag.check()
        let result = try body(indices.lowerBound + position)
        results.withLock { $0[position] = result }
    }
    return results.withLock { $0.compactMap { $0 } }
}

/// Returns the days of chunks one by one.
actor DayQueue {
    private let chunks: SimulationChunks
    private var days: [SimulatedDay] = []
    private var position = 0

    init(chunks: SimulationChunks) { self.chunks = chunks }

    func next() async throws -> SimulatedDay? {
        while position == days.count {
            guard let chunk = try await chunks.next() else { return nil }
            days = chunk
            position = 0
        }
        defer { position += 1 }
        return days[position]
    }
}
