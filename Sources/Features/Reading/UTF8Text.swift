/// Checks that bytes are UTF-8 (RFC 3629).
package enum UTF8Text {
    package static func isValid(_ begin: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Bool {
        isASCII(begin, end) || isValidBeyondASCII(begin, end)
    }

    @inline(__always)
    static func isASCII(_ begin: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Bool {
        var position = begin
        var bits: UInt64 = 0
        while end - position >= 32 {
            let words = UnsafeRawPointer(position).loadUnaligned(as: SIMD4<UInt64>.self)
            if (words[0] | words[1] | words[2] | words[3]) & 0x8080_8080_8080_8080 != 0 { return false }
            position += 32
        }
        while end - position >= 8 {
            bits |= UnsafeRawPointer(position).loadUnaligned(as: UInt64.self)
            position += 8
        }
        while position < end {
            bits |= UInt64(position[0])
            position += 1
        }
        return bits & 0x8080_8080_8080_8080 == 0
    }

    private static func isValidBeyondASCII(_ begin: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Bool {
        var position = begin
        while position < end {
            while end - position >= 32, isASCII(position, position + 32) { position += 32 }
            while end - position >= 8, isASCII(position, position + 8) { position += 8 }
            guard position < end else { break }
            let first = position[0]
            if first < 0x80 {
                position += 1
                continue
            }
            let count = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0
            guard count > 0, end - position >= count else { return false }
            // The second byte rules out longer forms than needed, surrogates, and what is beyond U+10FFFF.
            let low: UInt8 = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80
            let high: UInt8 = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF
            guard position[1] >= low, position[1] <= high else { return false }
            for index in 2..<max(2, count) where position[index] & 0xC0 != 0x80 { return false }
            position += count
        }
        return true
    }
}
