import Features
import Columnar

extension RoleSearch {
    // MARK: Points on Earth

    /// Latitudes and longitudes in range whose names are the same otherwise.
    mutating func decidePoints() {
        var longitudes: [String: Int] = [:]
        for index in undecided {
            if let prefix = pointPrefix(index, RoleWords.longitude, bound: 180), longitudes[prefix] == nil {
                longitudes[prefix] = index
            }
        }
        var names: Set<String> = []
        for index in undecided {
            guard let prefix = pointPrefix(index, RoleWords.latitude, bound: 90),
                let longitude = longitudes.removeValue(forKey: prefix)
            else { continue }
            let known = RoleWords.points[prefix] ?? prefix
            let name = names.insert(known).inserted ? known : columns[index].name
            names.insert(name)
            let pair = "within the range of degrees, a pair with"
            decide(
                index, .latitude(point: name), .high, "\(pair) \(QuotedText.value(columns[longitude].name))",
                type: columns[index].coordinateType)
            decide(
                longitude, .longitude(point: name), .high, "\(pair) \(QuotedText.value(columns[index].name))",
                type: columns[longitude].coordinateType)
        }
    }

    /// The words of a coordinate's name beside that for the coordinate; nil for other columns.
    private func pointPrefix(_ index: Int, _ words: Set<String>, bound: Double) -> String? {
        let column = columns[index]
        guard column.words.contains(words), column.isNumeric else { return nil }
        if let range = column.range, range.lowerBound < -bound || range.upperBound > bound { return nil }
        return column.words.words.filter { !words.contains($0) }.joined(separator: "_")
    }

    // MARK: Amounts

    mutating func decideAmount() {
        let candidates = undecided.filter { columns[$0].isNumeric && columns[$0].time == nil }
        var best: (index: Int, score: Int)?
        for index in candidates {
            let score = amountScore(columns[index])
            if score > (best?.score ?? 0) { best = (index, score) }
        }
        if let best {
            let isSure = best.score >= 20
            decide(
                best.index, .amount, isSure ? .high : .medium,
                isSure ? "numbers, named like an amount" : "numbers, named like a price or total")
            return
        }
        let decimals = candidates.filter { index in
            let column = columns[index]
            guard column.isDecimalText || column.storage == .float && column.profile.numbers?.areWhole == false else {
                return false
            }
            return column.profile.numbers?.negatives ?? 0 == 0
        }
        guard decimals.count == 1 else { return }
        decide(decimals[0], .amount, .low, "the only decimal numbers that are never negative")
        ask(decimals[0], "it is taken for the amount only because no other column has decimal numbers")
    }

    /// 0 for a column that is not named like an amount; shorter names win.
    private func amountScore(_ column: ColumnFacts) -> Int {
        let words = column.words
        guard !words.contains(RoleWords.otherAmount), !words.mentions(["balance"]) else { return 0 }
        let name = words.mentions(RoleWords.amount) ? 30 : words.contains(RoleWords.price) ? 15 : 0
        return name > 0 ? max(1, name - words.words.count) : 0
    }
}

extension ColumnFacts {
    fileprivate var coordinateType: SchemaColumnType {
        .float(separators: separators ?? .standard)
    }
}
