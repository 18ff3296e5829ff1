import Columnar
import Essentials

/// Makes a ``RowKey`` of any number of values.
struct RowHash {
    private var high: UInt64 = 0x243F_6A88_85A3_08D3
    private var low: UInt64 = 0x1319_8A2E_0370_7344

    var key: RowKey { RowKey(high: high, low: low) }

    @inline(__always)
    mutating func add(_ value: UInt64) {
        high = SplitMix64.mixed((high ^ value) &+ SplitMix64.increment)
        low = SplitMix64.mixed((low ^ value) &+ 0xD1B5_4A32_D192_ED03)
    }

    @inline(__always)
    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        var position = 0
        while position + 8 <= bytes.count {
            add(bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            position += 8
        }
        var last: UInt64 = 0
        while position < bytes.count {
            last = last << 8 | UInt64(bytes[position])
            position += 1
        }
        add(last)
        // Texts that differ in closing zeros differ in length.
        add(UInt64(bytes.count))
    }

    /// Adds the value of a column in many rows, each to its own hash. Missing values are equal, and so are 0 and -0.
    static func add(_ column: Column, to hashes: inout [RowHash]) {
        let missing: UInt64 = 0x9216_D5D9_8979_FB1B
        let validity = column.validity
        func isNull(_ row: Int) -> Bool { validity.map { !$0[row] } ?? false }
        func add(_ word: (Int) -> UInt64) {
            for row in hashes.indices { hashes[row].add(isNull(row) ? missing : word(row)) }
        }
        switch column.storage {
        case .boolean(let values): add { values[$0] ? 1 : 0 }
        case .int32(let values): add { UInt64(bitPattern: Int64(values[$0])) }
        case .int64(let values): add { UInt64(bitPattern: values[$0]) }
        case .float32(let values): add { UInt64((values[$0] + 0).bitPattern) }
        case .float64(let values): add { (values[$0] + 0).bitPattern }
        case .bytes(let values):
            values.bytes.withUnsafeBytes { bytes in
                for row in hashes.indices {
                    if isNull(row) {
                        hashes[row].add(missing)
                    } else {
                        let range = Int(values.offsets[row])..<Int(values.offsets[row + 1])
                        hashes[row].add(UnsafeRawBufferPointer(rebasing: bytes[range]))
                    }
                }
            }
        }
    }
}
