/// Which names somebody may have meant, for messages.
package enum NearestNames {
    /// Longer names are compared by their first characters.
    private static let comparedCharacters = 64

    /// At most three names that differ from `name`, without case, by a few insertions, deletions, replacements or swaps of
    /// neighbours; the nearest first, equally near ones in their order.
    package static func nearest(to name: String, in candidates: [String]) -> [String] {
        let wanted = characters(name)
        let limit = max(1, min(3, wanted.count / 3))
        let near = candidates.enumerated().compactMap { index, candidate in
            distance(wanted, characters(candidate), limit: limit).map { (distance: $0, index: index) }
        }
        return near.sorted { ($0.distance, $0.index) < ($1.distance, $1.index) }.prefix(3).map { candidates[$0.index] }
    }

    /// The names as a question, such as `did you mean 'amount'?`; nil without names.
    package static func question(_ names: [String]) -> String? {
        names.isEmpty ? nil : "did you mean \(names.map { QuotedText.value($0) }.joined(separator: " or "))?"
    }

    private static func characters(_ name: String) -> [Character] {
        Array(name.lowercased().prefix(comparedCharacters))
    }

    /// The restricted edit distance with swaps of neighbours (optimal string alignment); nil above the limit.
    private static func distance(_ left: [Character], _ right: [Character], limit: Int) -> Int? {
        guard abs(left.count - right.count) <= limit else { return nil }
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in left.indices {
            var current = [row + 1]
            for column in right.indices {
                let replaced = last[column] + (left[row] == right[column] ? 0 : 1)
                var best = min(replaced, last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                current.append(best)
            }
            beforeLast = last
            last = current
        }
        return last[right.count] <= limit ? last[right.count] : nil
    }
}
