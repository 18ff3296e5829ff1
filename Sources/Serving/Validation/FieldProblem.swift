import JSONText

/// What is wrong with a field, in the words of pydantic 2.
struct FieldProblem {
    var type: String
    var message: String
    /// More about the cause, under `ctx`.
    var context: JSONValue.Member?

    init(_ type: String, _ message: String, _ context: (name: String, value: JSONValue)? = nil) {
        self.type = type
        self.message = message
        self.context = context.map { JSONValue.Member(name: $0.name, value: $0.value) }
    }

    static let missing = FieldProblem("missing", "Field required")

    static let integerType = FieldProblem("int_type", "Input should be a valid integer")
    static let integerFromFloat = FieldProblem(
        "int_from_float", "Input should be a valid integer, got a number with a fractional part")
    static let integerParsing = FieldProblem(
        "int_parsing", "Input should be a valid integer, unable to parse string as an integer")
    static let integerSize = FieldProblem(
        "int_parsing_size", "Unable to parse input string as an integer, exceeded maximum size")

    static let floatType = FieldProblem("float_type", "Input should be a valid number")
    static let floatParsing = FieldProblem(
        "float_parsing", "Input should be a valid number, unable to parse string as a number")
    static let notFinite = FieldProblem("finite_number", "Input should be a finite number")

    static let stringType = FieldProblem("string_type", "Input should be a valid string")
    static let stringTooShort = FieldProblem(
        "string_too_short", "String should have at least 1 character", ("min_length", 1))

    static let booleanType = FieldProblem("bool_type", "Input should be a valid boolean")
    static let booleanParsing = FieldProblem(
        "bool_parsing", "Input should be a valid boolean, unable to interpret input")

    static let dateTimeType = FieldProblem("datetime_type", "Input should be a valid datetime")

    /// - Parameter isDate: Whether the text is not even a date.
    static func dateTime(_ error: String, isDate: Bool = true) -> FieldProblem {
        FieldProblem(
            isDate ? "datetime_parsing" : "datetime_from_date_parsing",
            "Input should be a valid datetime\(isDate ? "" : " or date"), \(error)", ("error", .string(error)))
    }

    /// - Parameter bound: A number, with a fraction of zeros in fields of floating-point numbers.
    static func below(_ bound: JSONValue) -> FieldProblem {
        FieldProblem("greater_than_equal", "Input should be greater than or equal to \(text(bound))", ("ge", bound))
    }

    static func above(_ bound: JSONValue) -> FieldProblem {
        FieldProblem("less_than_equal", "Input should be less than or equal to \(text(bound))", ("le", bound))
    }

    /// A value that is none of these texts.
    static func literal(_ values: [String]) -> FieldProblem {
        let quoted = values.map { "'\($0)'" }
        let expected = [quoted.dropLast().joined(separator: ", "), quoted.last ?? ""].filter { !$0.isEmpty }
            .joined(separator: " or ")
        return FieldProblem("literal_error", "Input should be \(expected)", ("expected", .string(expected)))
    }

    /// A value that stands for a missing one, where one is needed. pydantic has this form for reasons of the application.
    static let missingMarker = FieldProblem(
        "value_error", "Value error, this value stands for a missing one", ("error", JSONValue.object([])))

    private static func text(_ bound: JSONValue) -> String {
        let text = bound.text
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}
