/// Joins byte ranges into fewer requests: over a network, a request costs more than some unneeded bytes.
package struct RangeCoalescing: Sendable {
    /// The ranges to request, in ascending order.
    package private(set) var requests: [Range<Int64>] = []
    /// For each of the given ranges, the request that includes it.
    package private(set) var requestOfRange: [Int]

    /// Gaps up to this size are always read along.
    private static let alwaysJoinedGap: Int64 = 16 << 10
    /// Larger gaps are never read along, not even between large ranges.
    private static let maximumGap: Int64 = 1 << 20
    /// The share of a request that may be gaps, so that reading few columns of many transfers few bytes.
    private static let maximumWaste = 0.1
    /// Requests are not joined beyond this, so that several run at the same time.
    private static let maximumJoinedSize: Int64 = 16 << 20

    package init(_ ranges: [Range<Int64>]) {
        requestOfRange = [Int](repeating: 0, count: ranges.count)
        var wanted: Int64 = 0
        for index in ranges.indices.sorted(by: { ranges[$0].lowerBound < ranges[$1].lowerBound }) {
            let range = ranges[index]
            if let last = requests.last {
                let joined = last.lowerBound..<max(last.upperBound, range.upperBound)
                let gap = max(0, range.lowerBound - last.upperBound)
                let useful = wanted + max(0, range.upperBound - max(range.lowerBound, last.upperBound))
                let wasted = Int64(joined.count) - useful
                let isWorthIt =
                    gap <= Self.alwaysJoinedGap
                    || (gap <= Self.maximumGap && Double(wasted) <= Self.maximumWaste * Double(useful))
                if isWorthIt, joined == last || joined.count <= Self.maximumJoinedSize {
                    requests[requests.count - 1] = joined
                    requestOfRange[index] = requests.count - 1
                    wanted = useful
                    continue
                }
            }
            requests.append(range)
            requestOfRange[index] = requests.count - 1
            wanted = Int64(range.count)
        }
    }
}
