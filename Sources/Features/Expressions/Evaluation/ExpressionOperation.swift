/// What an instruction of an ``ExpressionProgram`` does.
enum ExpressionOperation: UInt8 {
    // A column or a feature.
    case loadFloat64, loadInt32, loadInt64, loadInt32AsNumber, loadInt64AsNumber, loadText, loadTruth, loadFeature

    // Numbers.
    case numberFromInteger
    case negate, add, subtract, multiply, divide, remainder
    case abs, log, log1p, sqrt, exp, floor, ceil, round, minimum, maximum

    // Comparisons.
    case equalNumbers, equalIntegers, equalTexts, equalTruths
    case lessNumbers, lessIntegers, lessTexts
    case lessOrEqualNumbers, lessOrEqualIntegers, lessOrEqualTexts
    case amongNumbers, amongIntegers, amongTexts
    case isNullNumber, isNullIntegerOrText, isNullTruth

    // Truth values.
    case not, and, or

    // Texts.
    case length, lower, startsWith, endsWith, contains

    // Control.
    case move, jump, jumpIfFalse, jumpIfTrue, jumpUnlessTrue
    case jumpIfNumber, jumpIfIntegerOrText, jumpIfTruthKnown

    static func equal(_ kind: ExpressionValueKind) -> ExpressionOperation {
        switch kind {
        case .number: .equalNumbers
        case .integer: .equalIntegers
        case .text: .equalTexts
        case .truth: .equalTruths
        }
    }

    /// Truth values have no order; the checker refuses them.
    static func less(_ kind: ExpressionValueKind) -> ExpressionOperation {
        switch kind {
        case .number, .truth: .lessNumbers
        case .integer: .lessIntegers
        case .text: .lessTexts
        }
    }

    static func lessOrEqual(_ kind: ExpressionValueKind) -> ExpressionOperation {
        switch kind {
        case .number, .truth: .lessOrEqualNumbers
        case .integer: .lessOrEqualIntegers
        case .text: .lessOrEqualTexts
        }
    }

    static func isNull(_ kind: ExpressionValueKind) -> ExpressionOperation {
        switch kind {
        case .number: .isNullNumber
        case .integer, .text: .isNullIntegerOrText
        case .truth: .isNullTruth
        }
    }

    static func jumpIfKnown(_ kind: ExpressionValueKind) -> ExpressionOperation {
        switch kind {
        case .number: .jumpIfNumber
        case .integer, .text: .jumpIfIntegerOrText
        case .truth: .jumpIfTruthKnown
        }
    }
}
