/// Memory of leaves' histograms, reused.
final class LeafHistograms {
    typealias Histogram = UnsafeMutablePointer<GradientSums>

    private static let memoryLimit = 512 << 20
    private let codeCount: Int
    private let limit: Int
    private var all: [Histogram] = []
    private var free: [Histogram] = []

    init(codeCount: Int) {
        self.codeCount = max(1, codeCount)
        limit = max(4, Self.memoryLimit / (self.codeCount * MemoryLayout<GradientSums>.stride))
    }

    deinit { for histogram in all { histogram.deallocate() } }

    /// Whether so many are in use that it is better to rebuild one than to keep it.
    var isFull: Bool { all.count - free.count >= limit }

    /// A histogram of undefined content.
    func take() -> Histogram {
        if let histogram = free.popLast() { return histogram }
        let histogram = Histogram.allocate(capacity: codeCount)
        histogram.initialize(repeating: GradientSums(), count: codeCount)
        all.append(histogram)
        return histogram
    }

    func giveBack(_ histogram: Histogram) { free.append(histogram) }
}
