extension Column {
    /// The column converted to a type that ``DataType/common(with:)`` returned for it.
    /// - Throws: ``ColumnarError/inexactValue(field:row:value:expected:)`` for a value that the type does not hold exactly,
    ///   ``ColumnarError/typeMismatch(field:expected:actual:)`` for any other type.
    package func converting(to target: DataType, field: String) throws(ColumnarError) -> Column {
        if type == target { return self }
        switch (storage, target) {
        case (.boolean(let bits), .int32):
            return with(.int32((0..<bits.count).map { bits[$0] ? 1 : 0 }), as: target)
        case (.boolean(let bits), .int64):
            return with(.int64((0..<bits.count).map { bits[$0] ? 1 : 0 }), as: target)
        case (.boolean(let bits), .float32):
            return with(.float32((0..<bits.count).map { bits[$0] ? 1 : 0 }), as: target)
        case (.boolean(let bits), .float64):
            return with(.float64((0..<bits.count).map { bits[$0] ? 1 : 0 }), as: target)
        case (.int32(let values), .int64): return with(.int64(values.map(Int64.init)), as: target)
        case (.int32(let values), .float64) where type == .int32:
            return with(.float64(values.map(Double.init)), as: target)
        case (.int64(let values), .float64) where type == .int64:
            let converted = values.map(Double.init)
            try check(field, target, { "\(values[$0])" }) { Int64(exactly: converted[$0]) == values[$0] }
            return with(.float64(converted), as: target)
        case (.float32(let values), .float64): return with(.float64(values.map(Double.init)), as: target)
        case (.bytes, .string): return with(storage, as: target)
        case (.int32(let days), .timestamp(let unit, _)) where type == .date:
            let ticks = days.map { Int64($0).multipliedReportingOverflow(by: 86_400 * unit.ticksPerSecond) }
            try check(field, target, { "day \(days[$0])" }) { !ticks[$0].overflow }
            return with(.int64(ticks.map(\.partialValue)), as: target)
        case (.int64(let values), .timestamp(let unit, _)):
            guard case .timestamp(let own, _) = type, unit.ticksPerSecond >= own.ticksPerSecond else { break }
            let factor = unit.ticksPerSecond / own.ticksPerSecond
            if factor == 1 { return with(storage, as: target) }
            let ticks = values.map { $0.multipliedReportingOverflow(by: factor) }
            try check(field, target, { "\(values[$0]) \(own.rawValue)" }) { !ticks[$0].overflow }
            return with(.int64(ticks.map(\.partialValue)), as: target)
        default: break
        }
        throw .typeMismatch(field: field, expected: target.description, actual: type)
    }

    /// A column of nulls.
    package static func nulls(_ type: DataType, count: Int) -> Column {
        let storage: ColumnStorage =
            switch type.physicalType {
            case .boolean: .boolean(Bitmap(repeating: false, count: count))
            case .int32: .int32([Int32](repeating: 0, count: count))
            case .int64: .int64([Int64](repeating: 0, count: count))
            case .float32: .float32([Float](repeating: 0, count: count))
            case .float64: .float64([Double](repeating: 0, count: count))
            case .bytes: .bytes(ByteArrays(offsets: [Int32](repeating: 0, count: count + 1), bytes: []))
            }
        return Column(unchecked: type, storage, Bitmap(repeating: false, count: count))
    }

    private func with(_ storage: ColumnStorage, as type: DataType) -> Column {
        Column(unchecked: type, storage, validity)
    }

    private func check(
        _ field: String, _ target: DataType, _ text: (Int) -> String, _ fits: (Int) -> Bool
    ) throws(ColumnarError) {
        guard let row = (0..<count).first(where: { !isNull($0) && !fits($0) }) else { return }
        throw .inexactValue(field: field, row: row, value: text(row), expected: target.description)
    }
}
