import CLibPQ

/// Reads values in PostgreSQL's text format. Type numbers are those of `pg_type.dat`, which never change.
enum ValueDecoder {
    /// Text that does not fit its type, which no server sends, is returned as text.
    static func decode(_ bytes: UnsafeRawBufferPointer, type: Oid) -> PostgreSQLValue {
        switch type {
        case 16:
            return .boolean(bytes.first == UInt8(ascii: "t"))
        // bigint, smallint, integer, oid
        case 20, 21, 23, 26:
            if let value = integer(bytes) { return .integer(value) }
        // real, double precision
        case 700, 701:
            if let value = Double(String(decoding: bytes, as: UTF8.self)) { return .real(value) }
        case 17:
            if let value = byteString(bytes) { return .bytes(value) }
        default: break
        }
        return .text(String(decoding: bytes, as: UTF8.self))
    }

    private static func integer(_ bytes: UnsafeRawBufferPointer) -> Int64? {
        let isNegative = bytes.first == UInt8(ascii: "-")
        let digits = bytes.dropFirst(isNegative ? 1 : 0)
        guard !digits.isEmpty else { return nil }
        // Summed below zero, where the range is greater.
        var sum: Int64 = 0
        for byte in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            let (product, overflow) = sum.multipliedReportingOverflow(by: 10)
            let (difference, borrow) = product.subtractingReportingOverflow(Int64(byte - UInt8(ascii: "0")))
            guard !overflow, !borrow else { return nil }
            sum = difference
        }
        if isNegative { return sum }
        return sum == .min ? nil : -sum
    }

    /// `\x` and hexadecimal digits, or the older form with octal escapes (`bytea_output = escape`).
    private static func byteString(_ bytes: UnsafeRawBufferPointer) -> [UInt8]? {
        guard bytes.starts(with: "\\x".utf8) else { return escaped(bytes) }
        guard bytes.count % 2 == 0 else { return nil }
        var values: [UInt8] = []
        values.reserveCapacity(bytes.count / 2 - 1)
        for index in stride(from: 2, to: bytes.count, by: 2) {
            guard let high = digit(bytes[index]), let low = digit(bytes[index + 1]) else { return nil }
            values.append(high << 4 | low)
        }
        return values
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    private static func escaped(_ bytes: UnsafeRawBufferPointer) -> [UInt8]? {
        var values: [UInt8] = []
        values.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "\\") else {
                values.append(bytes[index])
                index += 1
                continue
            }
            if index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: "\\") {
                values.append(bytes[index])
                index += 2
                continue
            }
            guard index + 3 < bytes.count else { return nil }
            var value = 0
            for byte in bytes[(index + 1)...(index + 3)] {
                guard (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(byte) else { return nil }
                value = value << 3 | Int(byte - UInt8(ascii: "0"))
            }
            guard let byte = UInt8(exactly: value) else { return nil }
            values.append(byte)
            index += 4
        }
        return values
    }
}
