import Columnar

extension ColumnChunkDecoder {
    func convert(_ values: [Int32]) throws(ParquetFault) -> ColumnStorage {
        switch column.conversion {
        case .unsigned32: .int64(values.map { Int64(UInt32(bitPattern: $0)) })
        case .narrow(let bits, let isSigned):
            // Bits above the annotation's are ignored: some writers sign-extend unsigned numbers.
            .int32(
                values.map { value in
                    let high = value << (32 - bits)
                    return isSigned ? high >> (32 - bits) : Int32(bitPattern: UInt32(bitPattern: high) >> (32 - bits))
                })
        case .wholeDecimal: .int64(values.map(Int64.init))
        case .decimal(let scale): .float64(values.map { DecimalValue.float64(Int64($0), scale: scale) })
        default: .int32(values)
        }
    }

    func convert(_ values: [Int64]) throws(ParquetFault) -> ColumnStorage {
        switch column.conversion {
        case .unsigned64:
            // Null rows hold zero, so a negative number is a value.
            if let row = values.firstIndex(where: { $0 < 0 }) {
                throw outside(int64: "\(UInt64(bitPattern: values[row]))", row)
            }
            return .int64(values)
        case .wideUnsigned64: return .float64(values.map { Double(UInt64(bitPattern: $0)) })
        case .decimal(let scale): return .float64(values.map { DecimalValue.float64($0, scale: scale) })
        default: return .int64(values)
        }
    }

    func convert(_ values: ByteArrays) throws(ParquetFault) -> ColumnStorage {
        switch column.conversion {
        case .wholeDecimal:
            var numbers: [Int64] = []
            numbers.reserveCapacity(values.count)
            for row in 0..<values.count {
                guard let number = DecimalValue.int64(values[row]) else {
                    throw outside(int64: DecimalValue.text(values[row]), row)
                }
                numbers.append(number)
            }
            return .int64(numbers)
        case .decimal(let scale):
            return .float64((0..<values.count).map { DecimalValue.float64(values[$0], scale: scale) })
        case .float16: return .float32((0..<values.count).map { Self.half(values[$0]) })
        case .int96: return .int64((0..<values.count).map { Self.microseconds(values[$0]) })
        default: return .bytes(values)
        }
    }

    private func outside(int64 value: String, _ row: Int) -> ParquetFault {
        ParquetFault(.outOfRange, "\(value) in row \(row) of the row group does not fit int64")
    }

    /// IEEE 754 half precision. (Swift's `Float16` does not exist on every platform.)
    private static func half(_ bytes: ArraySlice<UInt8>) -> Float {
        guard bytes.count == 2, let low = bytes.first, let high = bytes.last else { return 0 }
        let bits = UInt32(high) << 8 | UInt32(low)
        let sign = (bits & 0x8000) << 16
        let exponent = bits >> 10 & 0x1F
        let fraction = bits & 0x3FF
        switch exponent {
        case 0:
            let magnitude = Float(fraction) * 0x1p-24
            return Float(bitPattern: magnitude.bitPattern | sign)
        case 31: return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
        default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
        }
    }

    /// Nanoseconds of the day (64 bits), then the Julian day (32 bits), as Hive, Impala and Spark write them. The
    /// Unix epoch is Julian day 2,440,588. Digits below a microsecond are dropped.
    private static func microseconds(_ bytes: ArraySlice<UInt8>) -> Int64 {
        guard bytes.count == 12 else { return 0 }
        let (nanoseconds, day) = bytes.withUnsafeBytes {
            ($0.loadUnaligned(as: Int64.self), $0.loadUnaligned(fromByteOffset: 8, as: Int32.self))
        }
        // No 32-bit day exceeds the range of 64-bit microseconds by much: wrap rather than trap.
        return (Int64(day) - 2_440_588) &* 86_400_000_000 &+ nanoseconds / 1_000
    }
}
