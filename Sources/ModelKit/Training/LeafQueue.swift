/// The leaves that can be split, best first: a binary heap.
struct LeafQueue {
    struct Entry {
        let leaf: Int
        let depth: Int
        let candidate: SplitCandidate
    }

    private let growth: TreeGrowth
    private var heap: [Entry] = []

    init(_ growth: TreeGrowth) { self.growth = growth }

    private func precedes(_ left: Entry, _ right: Entry) -> Bool {
        if growth == .depthWise, left.depth != right.depth { return left.depth < right.depth }
        return (left.candidate.gain, right.leaf) > (right.candidate.gain, left.leaf)
    }

    mutating func insert(_ entry: Entry) {
        heap.append(entry)
        var index = heap.count - 1
        while index > 0, precedes(heap[index], heap[(index - 1) / 2]) {
            heap.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    mutating func popFirst() -> Entry? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        guard !heap.isEmpty else { return first }
        heap[0] = last
        var index = 0
        while true {
            var best = index
            for child in [2 * index + 1, 2 * index + 2] where child < heap.count {
                if precedes(heap[child], heap[best]) { best = child }
            }
            if best == index { return first }
            heap.swapAt(index, best)
            index = best
        }
    }
}
