/// Random faults, reproducible by the seed: the choice depends on the request and its repetition, not on the order of
/// threads.
package struct RandomFaults: Sendable {
    private let seed: UInt64
    private let faults: [(fault: Fault, probability: Double)]
    private let longestRun: Int

    /// - Parameters:
    ///   - faults: each with its probability per request; their sum is at most 1.
    ///   - longestRun: how often in a row the same request may fail, so that a client with more attempts succeeds.
    package init(seed: UInt64, _ faults: [(fault: Fault, probability: Double)], longestRun: Int) {
        self.seed = seed
        self.faults = faults
        self.longestRun = longestRun
    }

    /// The choice for one request; a ``FaultChoice``.
    package func fault(for request: ProxiedRequest) -> Fault? {
        let identity = request.identity
        guard let fault = draw(identity, request.count) else { return nil }
        var run = 1
        while run < request.count, draw(identity, request.count - run) != nil { run += 1 }
        // Every run of drawn faults is interrupted after longestRun of them.
        return run % (longestRun + 1) == 0 ? nil : fault
    }

    private func draw(_ identity: String, _ count: Int) -> Fault? {
        // FNV-1a (Fowler, Noll, Vo), of 64 bits.
        let hash = identity.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        var generator = SeededGenerator(seed: seed &+ hash &+ UInt64(count) &* 0xD134_2543_DE82_EF95)
        var drawn = Double.random(in: 0..<1, using: &generator)
        for (fault, probability) in faults {
            if drawn < probability { return fault }
            drawn -= probability
        }
        return nil
    }
}
