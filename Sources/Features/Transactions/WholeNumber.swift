/// Integers that are stored as floating-point numbers: by pandas where a column has nulls, by Spark's learners, by DuckDB
/// for 128-bit integers.
package enum WholeNumber {
    /// The integer that a number is; nil for a fraction, and beyond the digits that the type holds, where the number
    /// may be a rounded one.
    @inline(__always)
    package static func int64<Value: BinaryFloatingPoint>(_ value: Value) -> Int64? {
        value.magnitude < limit(of: Value.self) && value.rounded(.towardZero) == value ? Int64(value) : nil
    }

    /// Below this number a type represents every integer exactly, and no integer is the rounded value of another.
    @inline(__always)
    package static func limit<Value: BinaryFloatingPoint>(of _: Value.Type) -> Value {
        Value(Int64(1) << Int64(Value.significandBitCount + 1))
    }
}
