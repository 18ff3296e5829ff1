import StorageIO
import TestSupport
import Testing

@Suite struct RangeCoalescingTests {
    @Test func smallGapsAreReadAlong() {
        let ranges: [Range<Int64>] = [50_000..<60_000, 0..<10_000, 20_000..<30_000]
        let plan = RangeCoalescing(ranges)
        #expect(plan.requests == [0..<30_000, 50_000..<60_000])
        #expect(plan.requestOfRange == [1, 0, 0])
    }

    @Test func largerGapsOnlyBetweenLargeRanges() {
        #expect(RangeCoalescing([0..<4_000_000, 4_200_000..<8_000_000]).requests == [0..<8_000_000])
        #expect(RangeCoalescing([0..<400_000, 600_000..<800_000]).requests.count == 2)
        #expect(RangeCoalescing([0..<12_000_000, 13_100_000..<15_000_000]).requests.count == 2)
    }

    @Test func requestsStaySmallEnoughToRunSideBySide() {
        let ranges = (0..<40).map { Int64($0) * 1_000_000..<Int64($0 + 1) * 1_000_000 }
        let plan = RangeCoalescing(ranges)
        #expect(plan.requests.allSatisfy { $0.count <= 16 << 20 } && plan.requests.count == 3)
        #expect(RangeCoalescing([0..<1 << 30]).requests == [0..<1 << 30])
    }

    /// For any ranges, each lies in its request, and a request consists mostly of requested bytes.
    @Test func randomRanges() {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<2_000 {
            let ranges = (0..<Int.random(in: 0...12, using: &generator)).map { _ in
                let start = Int64.random(in: 0..<40_000_000, using: &generator)
                return start..<start + Int64.random(in: 0..<5_000_000, using: &generator)
            }
            let plan = RangeCoalescing(ranges)
            for (range, request) in zip(ranges, plan.requestOfRange) {
                let whole = plan.requests[request]
                #expect(whole.lowerBound <= range.lowerBound && whole.upperBound >= range.upperBound)
            }
            for (index, request) in plan.requests.enumerated() {
                let parts = zip(ranges, plan.requestOfRange).filter { $0.1 == index }.map(\.0)
                    .sorted { $0.lowerBound < $1.lowerBound }
                var end = request.lowerBound
                var useful: Int64 = 0
                for part in parts {
                    useful += max(0, part.upperBound - max(part.lowerBound, end))
                    end = max(end, part.upperBound)
                }
                #expect(end == request.upperBound && parts.first?.lowerBound == request.lowerBound)
                #expect(Double(Int64(request.count) - useful) <= 0.1 * Double(useful) + Double(parts.count * 16 << 10))
            }
        }
    }
}
