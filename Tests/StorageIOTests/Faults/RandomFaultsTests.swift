import TestSupport
import Testing

@Suite struct RandomFaultsTests {
    private func choices(of seed: UInt64, target: String, probability: Double = 0.3, longestRun: Int = 2) -> [Fault?] {
        let faults = RandomFaults(
            seed: seed, [(.loseResponse, probability / 3), (.garbage, probability * 2 / 3)], longestRun: longestRun)
        return (1...3000).map {
            faults.fault(for: ProxiedRequest(method: "GET", target: target, range: nil, count: $0))
        }
    }

    @Test func theSeedDecides() {
        #expect(choices(of: 1, target: "/a") == choices(of: 1, target: "/a"))
        #expect(choices(of: 1, target: "/a") != choices(of: 2, target: "/a"))
        #expect(choices(of: 1, target: "/a") != choices(of: 1, target: "/b"))
    }

    @Test func faultsComeAsOftenAsTold() {
        let drawn = choices(of: 3, target: "/a", longestRun: 1000)
        #expect((240...360).contains(drawn.count { $0 == .loseResponse }))
        #expect((520...680).contains(drawn.count { $0 == .garbage }))
    }

    @Test(arguments: [1, 2, 5]) func noRequestFailsMoreOftenInARowThanTold(longestRun: Int) {
        for probability in [0.5, 0.9, 1] {
            var run = 0, longest = 0
            for fault in choices(of: 4, target: "/a", probability: probability, longestRun: longestRun) {
                run = fault == nil ? 0 : run + 1
                longest = max(longest, run)
            }
            #expect(longest == longestRun)
        }
    }
}
