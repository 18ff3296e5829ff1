/// What an expression's value is.
enum ExpressionValueType: Equatable {
    /// Compared exactly; a number everywhere else.
    case integer
    case number
    case text
    case time(isUTC: Bool)
    case truth
    /// The literal, which is of any type.
    case null

    var isNumeric: Bool { self == .integer || self == .number }

    var isTime: Bool { kind == .integer && self != .integer }

    /// What holds it.
    var kind: ExpressionValueKind {
        switch self {
        case .integer, .time: .integer
        case .number, .null: .number
        case .text: .text
        case .truth: .truth
        }
    }

    /// For messages.
    var phrase: String {
        switch self {
        case .integer, .number: "a number"
        case .text: "text"
        case .time: "a time"
        case .truth: "a truth value"
        case .null: "null"
        }
    }
}

/// How a value is held while an expression is evaluated.
enum ExpressionValueKind {
    /// NaN is null.
    case number
    /// Also times, in microseconds.
    case integer
    case text
    case truth

    var null: ExpressionConstant {
        switch self {
        case .number: .number(.nan)
        case .integer: .integer(nil)
        case .text: .text(nil)
        case .truth: .truth(nil)
        }
    }
}
