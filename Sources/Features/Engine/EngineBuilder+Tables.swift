import Columnar
import Essentials

/// Lays out the tables once all features are known.
extension EngineBuilder {
    /// The tables in an order that depends on what they hold only, so that plans with the same features share histories.
    mutating func finishedTables() -> [HistoryTablePlan] {
        let order = tables.keys.sorted { left, right in
            if left.keys != right.keys { return left.keys.lexicographicallyPrecedes(right.keys) }
            if left.tile != right.tile { return left.tile < right.tile }
            return (left.filter ?? "") < (right.filter ?? "")
        }
        orderInterners()
        var finished: [HistoryTablePlan] = []
        for key in order {
            guard let parts = tables[key] else { continue }
            finished.append(finish(key, parts))
        }
        return finished
    }

    /// Numbers interners by the names of their columns.
    private mutating func orderInterners() {
        let order = interners.indices.sorted { schema.columns[interners[$0]].name < schema.columns[interners[$1]].name }
        var numbers = [Int](repeating: 0, count: order.count)
        for (number, former) in order.enumerated() { numbers[former] = number }
        for (column, word) in wordLanes { wordLanes[column] = (word.lanes, word.interner.map { numbers[$0] }) }
        for index in sources.indices {
            guard case .word(let column, let lanes, let interner?) = sources[index] else { continue }
            sources[index] = .word(column: column, lanes, interner: numbers[interner])
        }
        interners = order.map { interners[$0] }
    }

    private mutating func finish(_ key: HistoryTableKey, _ parts: HistoryTableParts) -> HistoryTablePlan {
        let numbers = parts.numbers.keys.sorted()
        let values = parts.values.keys.sorted()
        let points = parts.points.keys.sorted()
        var layout = HistoryLayoutParts()
        for column in key.keys {
            let (lanes, interner) = word(column)
            layout.keys.append(lanes)
            layout.keyInterners.append(interner)
        }
        layout.filter = parts.filter
        layout.tile = key.tile
        layout.reach = (parts.offsets.max() ?? 0) + key.tile
        layout.needsLabels = parts.needsLabels
        layout.hasKnownAt = schema.column(.knownAt) != nil
        layout.numbers = numbers.compactMap { parts.numbers[$0] }
        layout.values = values.map {
            let (lanes, interner) = word($0)
            return HistoryLayoutParts.Value(lanes: lanes, interner: interner, reach: parts.values[$0] ?? 0)
        }
        for point in points.compactMap({ parts.points[$0] }) {
            layout.points.append((latitude: lanes(of: point.latitude), longitude: lanes(of: point.longitude)))
        }
        layout.laneCount = laneCount
        layout.description = description(key, parts, layout, numbers, values, points)
        let bounds = parts.offsets.sorted()
        var features = parts.features.map { feature in
            let measure: Int? =
                switch feature.measure {
                case .none: 0
                case .number(let column): numbers.firstIndex(of: column)
                case .value(let column): values.firstIndex(of: column)
                case .point(let name): points.firstIndex(of: name)
                }
            return HistoryFeature(
                operation: feature.operation, lower: bounds.firstIndex(of: feature.lower) ?? 0,
                upper: bounds.firstIndex(of: feature.upper) ?? 0, measure: measure ?? 0,
                includesCurrent: feature.includesCurrent, output: feature.output)
        }
        .sorted { $0.precedes($1) }
        layout.boundCount = bounds.count
        // Links lead from the newest row to the extremes of all windows that end there.
        for index in features.indices where key.tile == 0 && bounds[features[index].upper] == 0 {
            let isMaximum: Bool
            switch features[index].operation {
            case .minimum: isMaximum = false
            case .maximum: isMaximum = true
            default: continue
            }
            features[index].cursor = bounds.count + layout.extremes.count
            layout.extremes.append(
                HistoryLayout.ExtremeCursor(
                    number: features[index].measure, isMaximum: isMaximum, lower: features[index].lower,
                    cursor: features[index].cursor))
        }
        return HistoryTablePlan(
            layout: HistoryLayout(layout), bounds: bounds, features: features, slotLane: makeLane())
    }

    /// What a table holds, in words.
    private func description(
        _ key: HistoryTableKey, _ parts: HistoryTableParts, _ layout: HistoryLayoutParts, _ numbers: [Int],
        _ values: [Int],
        _ points: [String]
    ) -> String {
        func typed(_ column: Int) -> String {
            let type = schema.columns[column].type.dataType
            return "\(schema.columns[column].name): \(type)"
        }
        func duration(_ microseconds: Int64) -> String {
            microseconds % 1_000_000 == 0 ? "\(microseconds / 1_000_000)s" : "\(microseconds)us"
        }
        var text = "by (\(key.keys.map(typed).joined(separator: ", ")))"
        if let filter = key.filter { text += " where \(filter)" }
        if key.tile > 0 { text += " in tiles of \(duration(key.tile))" }
        text += " for \(duration(layout.reach))"
        var held: [String] = []
        if layout.needsLabels { held.append(layout.hasKnownAt ? "labels by the time when known" : "labels") }
        for (column, number) in zip(numbers, layout.numbers) {
            let parts = [
                number.needsSum || number.needsSquares ? "sum" : nil, number.needsSquares ? "squares" : nil,
                number.needsExtremes ? "values" : nil,
            ]
            held.append("\(typed(column)) \(parts.compactMap { $0 }.joined(separator: " "))")
        }
        held += values.map { "different \(typed($0))" } + points.map { "point \($0)" }
        return held.isEmpty ? text : "\(text), \(held.joined(separator: ", "))"
    }
}
