/// An expression whose names are positions and whose operands have the types that their operators need.
indirect enum CheckedExpression {
    case constant(ExpressionConstant)
    /// A column of the schema, read by an operation.
    case column(Int, ExpressionOperation)
    /// A feature declared before.
    case feature(Int)
    /// One or two operands.
    case operation(ExpressionOperation, [CheckedExpression])
    case and([CheckedExpression])
    case or([CheckedExpression])
    case choice(CheckedExpression, CheckedExpression, CheckedExpression)
    /// The first operand that is not null.
    case coalesce(ExpressionValueKind, [CheckedExpression])
    case between(ExpressionValueKind, CheckedExpression, CheckedExpression, CheckedExpression)
    case membership(CheckedExpression, ExpressionList)
}

/// A value known before any row; nil and NaN are null.
enum ExpressionConstant {
    case number(Double)
    case integer(Int64?)
    case text([UInt8]?)
    case truth(Bool?)
}

/// The literals after `in`.
struct ExpressionList {
    enum Values {
        case numbers([Double])
        case integers([Int64])
        case texts([[UInt8]])
    }

    /// Ascending, each once.
    let values: Values
    let hasNull: Bool
}
