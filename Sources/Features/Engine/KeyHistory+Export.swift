extension KeyHistory {
    /// Writes a transaction to the lanes from which ``insert(_:_:_:)`` made its row.
    func export(_ position: Int, _ lanes: RowLanes, _ layout: HistoryLayout) {
        let index = position * layout.stride
        let before = index - layout.stride
        lanes[RowLanes.time, 0] = rows[index]
        lanes[RowLanes.label, 0] = -1
        if layout.fraudsWord > 0 {
            lanes[RowLanes.label, 0] = rows[index + layout.fraudsWord] &- rows[before + layout.fraudsWord]
        } else if layout.knownAtWord > 0, rows[index + layout.knownAtWord] != .max {
            lanes[RowLanes.label, 0] = rows[index + layout.knownAtWord + 1] == .max ? 0 : 1
            lanes[RowLanes.knownAt, 0] = rows[index + layout.knownAtWord]
        }
        for (number, words) in layout.numbers.enumerated() {
            words.lanes.write(value(of: number, words, at: position, layout), to: lanes, row: 0)
        }
        for words in layout.values {
            let isPresent = rows[index + words.previous] != .max
            lanes[words.lanes.isPresent, 0] = isPresent ? 1 : 0
            lanes[words.lanes.word, 0] = rows[index + words.value]
        }
        for point in layout.points {
            lanes[point.latitude.value, 0] = rows[index + point.word]
            lanes[point.longitude.value, 0] = rows[index + point.word + 1]
        }
    }

    private func value(
        of number: Int, _ words: HistoryLayout.NumberWords, at position: Int, _ layout: HistoryLayout
    ) -> Double {
        let index = position * layout.stride
        let before = index - layout.stride
        if words.minimum > 0 { return Double(bitPattern: UInt64(bitPattern: rows[index + words.minimum])) }
        if words.count > 0, rows[index + words.count] == rows[before + words.count] { return .nan }
        let units = rows[index + words.units] &- rows[before + words.units]
        guard units == 0, let long = long.first else { return Double(units) / Double(ExactAmount.unitsPerOne) }
        return long.rest(number, from: position, to: position + 1).double
    }

    /// What a tile adds to the totals.
    struct Tile {
        var rows: Int64 = 0
        var frauds: Int64 = 0
        var numbers: [Number] = []

        struct Number {
            var count: Int64 = 0
            var units: Int64 = 0
            var squares: UInt128 = 0
            var rest = ExactSum()
            var restSquares = WideInteger()
            var minimum = Double.nan
            var maximum = Double.nan
        }
    }

    func tile(_ position: Int, _ layout: HistoryLayout) -> Tile {
        let index = position * layout.stride
        func difference(_ word: Int) -> Int64 {
            word == 0 ? 0 : rows[index + word] &- rows[index - layout.stride + word]
        }
        var tile = Tile(rows: difference(layout.rowsWord), frauds: difference(layout.fraudsWord))
        for (number, words) in layout.numbers.enumerated() {
            var part = Tile.Number(count: difference(words.count), units: difference(words.units))
            if words.squares > 0 {
                let (last, first) = (index + words.squares, index - layout.stride + words.squares)
                part.squares =
                    KeyHistory.squares(rows[last], rows[last + 1]) &- KeyHistory.squares(rows[first], rows[first + 1])
            }
            if let long = long.first {
                part.rest = long.rest(number, from: position, to: position + 1)
                part.restSquares = long.restSquares(number, from: position, to: position + 1)
            }
            if words.minimum > 0 {
                part.minimum = Double(bitPattern: UInt64(bitPattern: rows[index + words.minimum]))
                part.maximum = Double(bitPattern: UInt64(bitPattern: rows[index + words.maximum]))
            }
            tile.numbers.append(part)
        }
        return tile
    }
}
