/// Omits points of a polyline so that the rest looks the same.
enum CurveThinning {
    /// The positions of at most `maximumPoints` points, ascending, the ends always among them: the point that is
    /// farthest from the line through its kept neighbours is added repeatedly (Ramer 1972, Douglas and Peucker 1973).
    static func kept(x: [Double], y: [Double], maximumPoints: Int?) -> [Int] {
        let count = x.count
        let limit = max(2, maximumPoints ?? count)
        guard count > limit else { return Array(0..<count) }
        var kept = [0, count - 1]
        var gaps = Heap()
        gaps.insert(Gap(from: 0, to: count - 1, x, y))
        while kept.count < limit, let widest = gaps.removeLargest(), widest.distance > 0 {
            kept.append(widest.farthest)
            gaps.insert(Gap(from: widest.from, to: widest.farthest, x, y))
            gaps.insert(Gap(from: widest.farthest, to: widest.to, x, y))
        }
        return kept.sorted()
    }

    /// Omitted points between two kept ones.
    private struct Gap {
        let from: Int
        let to: Int
        /// The omitted point that is farthest from the line between the ends, and its squared distance.
        private(set) var farthest: Int
        private(set) var distance = 0.0

        init(from: Int, to: Int, _ x: [Double], _ y: [Double]) {
            self.from = from
            self.to = to
            farthest = from
            let run = x[to] - x[from], rise = y[to] - y[from]
            let lengthSquared = run * run + rise * rise
            for index in from + 1..<max(to, from + 1) {
                let offsetX = x[index] - x[from], offsetY = y[index] - y[from]
                let share =
                    lengthSquared > 0 ? min(max((offsetX * run + offsetY * rise) / lengthSquared, 0), 1) : 0
                let missX = offsetX - share * run, missY = offsetY - share * rise
                let squared = missX * missX + missY * missY
                if squared > distance {
                    distance = squared
                    farthest = index
                }
            }
        }
    }

    /// A binary heap with the widest gap on top.
    private struct Heap {
        private var gaps: [Gap] = []

        mutating func insert(_ gap: Gap) {
            gaps.append(gap)
            var child = gaps.count - 1
            while child > 0, gaps[(child - 1) / 2].distance < gaps[child].distance {
                gaps.swapAt(child, (child - 1) / 2)
                child = (child - 1) / 2
            }
        }

        mutating func removeLargest() -> Gap? {
            guard let last = gaps.popLast() else { return nil }
            guard let largest = gaps.first else { return last }
            gaps[0] = last
            var parent = 0
            while true {
                let left = 2 * parent + 1
                guard left < gaps.count else { break }
                let right = left + 1
                let child = right < gaps.count && gaps[right].distance > gaps[left].distance ? right : left
                guard gaps[child].distance > gaps[parent].distance else { break }
                gaps.swapAt(parent, child)
                parent = child
            }
            return largest
        }
    }
}
