/// A value while an expression is evaluated. Which of the forms it has is known when the expression is bound.
struct ExpressionRegister {
    /// A number's bits, an integer, a text's address, or 0, 1 and 2 for false, true and null.
    private var bits: UInt64
    /// A text's bytes, 0 for an integer, and negative for null of both.
    private var extent: Int

    private init(bits: UInt64, extent: Int = 0) {
        self.bits = bits
        self.extent = extent
    }

    init(_ number: Double) { self.init(bits: number.bitPattern) }

    init(_ integer: Int64) { self.init(bits: UInt64(bitPattern: integer)) }

    init(_ text: UnsafeRawBufferPointer) {
        self.init(bits: UInt64(UInt(bitPattern: text.baseAddress)), extent: text.count)
    }

    init(_ truth: Truth) { self.init(bits: UInt64(truth.rawValue)) }

    /// Null of an integer or text.
    static let null = ExpressionRegister(bits: 0, extent: -1)

    var number: Double { Double(bitPattern: bits) }

    var integer: Int64 { Int64(bitPattern: bits) }

    /// Whether an integer or text is null.
    var isNull: Bool { extent < 0 }

    var truth: Truth { Truth(rawValue: UInt8(truncatingIfNeeded: bits)) }

    /// Bytes of a text that is not null.
    var text: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: UInt(bits)), count: extent)
    }

    /// A truth value of SQL.
    struct Truth: Equatable {
        let rawValue: UInt8

        static let `false` = Truth(rawValue: 0)
        static let `true` = Truth(rawValue: 1)
        static let null = Truth(rawValue: 2)

        init(rawValue: UInt8) { self.rawValue = rawValue }

        init(_ value: Bool) { rawValue = value ? 1 : 0 }

        static prefix func ! (value: Truth) -> Truth { value == .null ? .null : Truth(rawValue: value.rawValue ^ 1) }

        static func and(_ left: Truth, _ right: Truth) -> Truth {
            if left == .false || right == .false { return .false }
            return left == .null || right == .null ? .null : .true
        }

        static func or(_ left: Truth, _ right: Truth) -> Truth {
            if left == .true || right == .true { return .true }
            return left == .null || right == .null ? .null : .false
        }
    }
}
