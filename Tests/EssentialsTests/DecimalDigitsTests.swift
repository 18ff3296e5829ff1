import Essentials
import TestSupport
import Testing

@Suite struct DecimalDigitsTests {
    @Test func digitsAreThoseOfStrings() {
        var values: [Int64] = [0, 1, 9, 10, 11, 99, 100, -1, -10, .min, .max]
        var power: Int64 = 1
        for _ in 0..<18 {
            power *= 10
            values += [power - 1, power, power + 1, -power]
        }
        var generator = SeededGenerator(seed: 2)
        for shift in 0..<64 { values.append(Int64(bitPattern: generator.next() >> UInt64(shift))) }
        for value in values {
            var text = Array("x".utf8)
            text.append(decimal: value)
            #expect(String(decoding: text, as: UTF8.self) == "x\(value)")
        }
    }

    @Test func allBitsMayBeDigits() {
        for value in [UInt64.max, 10_000_000_000_000_000_000, 9_999_999_999_999_999_999] {
            var text: [UInt8] = []
            text.append(decimal: value)
            #expect(String(decoding: text, as: UTF8.self) == "\(value)")
        }
    }

    @Test func zerosFillTheWidth() {
        #expect(42.zeroPadded(to: 5) == "00042")
        #expect(123_456.zeroPadded(to: 5) == "123456")
        #expect(0.zeroPadded(to: 0) == "0")
        #expect((-7).zeroPadded(to: 3) == "-007")
        #expect(UInt8(10).zeroPadded(to: 2, radix: 16) == "0a")
        #expect(UInt32.max.zeroPadded(to: 2, radix: 16, uppercase: true) == "FFFFFFFF")
    }
}
