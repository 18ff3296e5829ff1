import Features
import JSONText

/// Reads typed fields of an object as pydantic 2 does; a field that cannot be read gives 0 and a problem.
struct FieldReader {
    let object: JSONValue
    /// The location of the object.
    let location: [ValidationProblem.Location]
    private(set) var problems: [ValidationProblem] = []

    init(_ object: JSONValue, at location: [ValidationProblem.Location] = [.name("body")]) {
        self.object = object
        self.location = location
    }

    /// Whole numbers of any form, and whole numbers as text.
    mutating func integer<Value: FixedWidthInteger>(_ column: TransactionColumn) -> Value {
        guard let value = field(column) else { return 0 }
        switch value {
        case .integer(let digits): return sized(digits, column, value)
        case .boolean(let flag): return flag ? 1 : 0
        case .number(let text):
            let number = Double(text) ?? .nan
            guard number.isFinite else { return notFinite(column, value) }
            guard number == number.rounded() else {
                return problem(
                    column, "int_from_float", "Input should be a valid integer, got a number with a fractional part",
                    value)
            }
            guard let whole = Value(exactly: number) else { return tooLarge(column, value) }
            return whole
        case .string(let text):
            guard let digits = NumberText.integer(text) else {
                return problem(
                    column, "int_parsing", "Input should be a valid integer, unable to parse string as an integer",
                    value)
            }
            return sized(digits, column, value)
        case .null, .array, .object: return problem(column, "int_type", "Input should be a valid integer", value)
        }
    }

    /// 0 or 1.
    mutating func flag(_ column: TransactionColumn) -> Bool {
        let before = problems.count
        let number: Int64 = integer(column)
        guard problems.count == before, let value = object.member(column.name) else { return false }
        if number > 1 {
            let _: Int = problem(
                column, "less_than_equal", "Input should be less than or equal to 1", value, ("le", .integer("1")))
        } else if number < 0 {
            let _: Int = problem(
                column, "greater_than_equal", "Input should be greater than or equal to 0", value, ("ge", .integer("0"))
            )
        }
        return number == 1
    }

    mutating func float(_ column: TransactionColumn) -> Double {
        guard let value = field(column) else { return 0 }
        let number: Double
        switch value {
        case .integer(let text), .number(let text): number = Double(text) ?? .nan
        case .boolean(let flag): number = flag ? 1 : 0
        case .string(let text):
            guard let parsed = NumberText.double(text) else {
                return Double(
                    problem(
                        column, "float_parsing",
                        "Input should be a valid number, unable to parse string as a number", value) as Int)
            }
            number = parsed
        case .null, .array, .object:
            return Double(problem(column, "float_type", "Input should be a valid number", value) as Int)
        }
        // An infinite or absent amount means nothing to a model; FastAPI could not even send it back.
        guard number.isFinite else { return Double(notFinite(column, value) as Int) }
        return number
    }

    mutating func dateTime(_ column: TransactionColumn) -> Int64 {
        guard let value = field(column) else { return 0 }
        switch value {
        case .integer(let text), .number(let text):
            switch DateTimeText.microseconds(unixTime: Double(text) ?? .nan) {
            case .success(let ticks): return ticks
            case .failure(let refusal): return dateProblem(column, refusal, isNumber: true, value)
            }
        case .string(let text):
            switch DateTimeText.parse(text) {
            case .success(let ticks): return ticks
            case .failure(let refusal): return dateProblem(column, refusal, isNumber: false, value)
            }
        case .null, .boolean, .array, .object:
            return problem(column, "datetime_type", "Input should be a valid datetime", value)
        }
    }

    private mutating func field(_ column: TransactionColumn) -> JSONValue? {
        if let value = object.member(column.name) { return value }
        let _: Int = problem(column, "missing", "Field required", object)
        return nil
    }

    private mutating func sized<Value: FixedWidthInteger>(
        _ digits: String, _ column: TransactionColumn, _ value: JSONValue
    ) -> Value {
        Value(digits) ?? tooLarge(column, value)
    }

    private mutating func tooLarge<Value: FixedWidthInteger>(_ column: TransactionColumn, _ value: JSONValue) -> Value {
        problem(
            column, "int_parsing_size", "Unable to parse input string as an integer, exceeded maximum size", value)
    }

    private mutating func notFinite<Value: FixedWidthInteger>(_ column: TransactionColumn, _ value: JSONValue) -> Value
    {
        problem(column, "finite_number", "Input should be a finite number", value)
    }

    private mutating func dateProblem(
        _ column: TransactionColumn, _ refusal: DateTimeText.Refusal, isNumber: Bool, _ value: JSONValue
    ) -> Int64 {
        let isDateTime = isNumber || refusal.isWellFormed
        return problem(
            column, isDateTime ? "datetime_parsing" : "datetime_from_date_parsing",
            "Input should be a valid datetime\(isDateTime ? "" : " or date"), \(refusal.message)", value,
            ("error", .string(refusal.message)))
    }

    private mutating func problem<Value: FixedWidthInteger>(
        _ column: TransactionColumn, _ type: String, _ message: String, _ value: JSONValue,
        _ context: (name: String, value: JSONValue)? = nil
    ) -> Value {
        problems.append(
            ValidationProblem(
                type: type, location: location + [.name(column.name)], message: message, input: value,
                context: context.map { JSONValue.Member(name: $0.name, value: $0.value) }))
        return 0
    }
}
