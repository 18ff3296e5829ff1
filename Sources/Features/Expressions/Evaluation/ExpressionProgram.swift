import Columnar

/// An expression as instructions over registers. Constants are in registers of their own before the first instruction runs.
struct ExpressionProgram: Sendable {
    struct Instruction: Sendable {
        let operation: ExpressionOperation
        /// The register of the result.
        let target: Int32
        /// A register; of a load the position of what is loaded.
        let left: Int32
        /// A register; of a jump the instruction that it leads to, of a list its first element.
        var right: Int32 = 0
        /// Elements of a list.
        var count: Int32 = 0
        /// Whether a list has null.
        var hasNull = false
    }

    /// A register that is set before the first instruction.
    struct Constant: Sendable {
        enum Value: Sendable {
            case number(Double)
            case integer(Int64)
            /// Within ``bytes``.
            case text(Range<Int>)
            case truth(Bool?)
            /// Of an integer or text.
            case null
        }

        let register: Int
        let value: Value
    }

    var instructions: [Instruction] = []
    var constants: [Constant] = []
    /// Columns of the schema that are read, each with the type that it has in tables.
    var inputs: [(column: Int, type: DataType)] = []
    /// The positions of features that are read.
    var features: [Int] = []
    /// The elements of lists, one list after the other.
    var numbers: [Double] = []
    var integers: [Int64] = []
    var texts: [Range<Int>] = []
    /// Of constant texts.
    var bytes: [UInt8] = []
    var registerCount = 0
    /// The register that holds the whole expression's value.
    var result = 0
}
