import Columnar

/// Some rows of a batch in the order in which they are processed.
struct BatchPortion: Sendable {
    let batch: RecordBatch
    /// The batch's rows in time order; nil if they are in that order already.
    let order: [Int32]?
    /// The range of positions in that order.
    let positions: Range<Int>

    @inline(__always)
    func row(_ position: Int) -> Int {
        let position = positions.lowerBound &+ position
        return order.map { Int($0[position]) } ?? position
    }

    /// Calls `body` with each position from 0, and the row if it has a value in the column.
    @inline(__always)
    private func forEach(_ column: Column, _ body: (_ position: Int, _ row: Int?) -> Void) {
        if let validity = column.validity {
            for position in 0..<positions.count {
                let row = row(position)
                body(position, validity[row] ? row : nil)
            }
        } else {
            for position in 0..<positions.count { body(position, row(position)) }
        }
    }

    /// Writes an input's lanes.
    /// - Parameter interner: Of the input's texts.
    func fill(_ source: LaneSource, _ lanes: RowLanes, interner: UnsafeMutablePointer<TextInterner>?) {
        switch source {
        case .number(let column, let number): fillNumbers(batch.columns[column], number, lanes)
        case .word(let column, let word, _): fillWords(batch.columns[column], word, lanes, interner)
        case .category(let column, let positions, let lane):
            fillCategories(batch.columns[column], positions, lane, lanes)
        case .label(let column, let values): fillLabels(batch.columns[column], values, lanes)
        case .knownAt(let column):
            guard case .int64(let times) = batch.columns[column].storage else { return }
            forEach(batch.columns[column]) { lanes[RowLanes.knownAt, $0] = $1.map { times[$0] } ?? .max }
        }
    }

    private func fillNumbers(_ column: Column, _ number: NumberLanes, _ lanes: RowLanes) {
        switch column.storage {
        case .float64(let values):
            values.withUnsafeBufferPointer { values in
                forEach(column) { number.write($1.map { values[$0] } ?? .nan, to: lanes, row: $0) }
            }
        case .float32(let values):
            forEach(column) { number.write($1.map { Double(values[$0]) } ?? .nan, to: lanes, row: $0) }
        case .int64(let values):
            forEach(column) { number.write($1.map { Double(values[$0]) } ?? .nan, to: lanes, row: $0) }
        case .int32(let values):
            forEach(column) { number.write($1.map { Double(values[$0]) } ?? .nan, to: lanes, row: $0) }
        case .boolean(let values):
            forEach(column) { number.write($1.map { values[$0] ? 1 : 0 } ?? .nan, to: lanes, row: $0) }
        case .bytes: break
        }
    }

    private func fillWords(
        _ column: Column, _ word: WordLanes, _ lanes: RowLanes, _ interner: UnsafeMutablePointer<TextInterner>?
    ) {
        func fill(_ value: (Int) -> Int64?) {
            forEach(column) { position, row in
                let value = row.flatMap(value)
                lanes[word.word, position] = value ?? 0
                lanes[word.isPresent, position] = value == nil ? 0 : 1
            }
        }
        switch column.storage {
        case .int64(let values): fill { values[$0] }
        case .int32(let values): fill { Int64(values[$0]) }
        case .boolean(let values): fill { values[$0] ? 1 : 0 }
        case .float64(let values): fill { Features.word(of: values[$0]) }
        case .float32(let values): fill { Features.word(of: Double(values[$0])) }
        case .bytes(let values):
            guard let interner else { return }
            values.withText { text in fill { interner.pointee.intern(text($0)) } }
        }
    }

    private func fillCategories(_ column: Column, _ positions: CategoryPositions, _ lane: Int, _ lanes: RowLanes) {
        func fill(_ value: (Int) -> Double) {
            forEach(column) { lanes.setNumber($1.map(value) ?? .nan, lane, $0) }
        }
        switch column.storage {
        case .int64(let values): fill { positions.position(of: values[$0]) }
        case .int32(let values): fill { positions.position(of: Int64(values[$0])) }
        case .boolean(let values): fill { positions.position(of: values[$0]) }
        case .bytes(let values): values.withText { text in fill { positions.position(of: text($0)) } }
        case .float32, .float64: break
        }
    }

    private func fillLabels(_ column: Column, _ values: LabelValues, _ lanes: RowLanes) {
        func fill(_ label: (Int) -> Int64) {
            forEach(column) { lanes[RowLanes.label, $0] = $1.map(label) ?? -1 }
        }
        switch column.storage {
        case .int64(let numbers): fill { values.label(Double(numbers[$0])) }
        case .int32(let numbers): fill { values.label(Double(numbers[$0])) }
        case .float64(let numbers): fill { values.label(numbers[$0]) }
        case .float32(let numbers): fill { values.label(Double(numbers[$0])) }
        case .boolean(let booleans): fill { values.label(booleans[$0]) }
        case .bytes(let texts): texts.withText { text in fill { values.label(text($0)) } }
        }
    }
}

/// The word of a floating-point number that is counted or a key: equal numbers have equal words. Nil unless it is finite.
@inline(__always)
func word(of number: Double) -> Int64? {
    number.isFinite ? Int64(bitPattern: (number + 0).bitPattern) : nil
}

extension ByteArrays {
    /// Gives access to the bytes of each text.
    fileprivate func withText(_ body: ((Int) -> UnsafeBufferPointer<UInt8>) -> Void) {
        bytes.withUnsafeBufferPointer { bytes in
            offsets.withUnsafeBufferPointer { offsets in
                body { UnsafeBufferPointer(rebasing: bytes[Int(offsets[$0])..<Int(offsets[$0 + 1])]) }
            }
        }
    }
}
