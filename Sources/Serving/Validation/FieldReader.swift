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
    mutating func integer<Value: FixedWidthInteger>(_ field: RequestField) -> Value {
        guard let value = required(field) else { return 0 }
        switch value {
        case .integer(let digits): return sized(digits, field, value)
        case .boolean(let flag): return flag ? 1 : 0
        case .number(let text):
            let number = Double(text) ?? .nan
            guard number.isFinite else { return problem(field, .notFinite, value) }
            guard number == number.rounded() else { return problem(field, .integerFromFloat, value) }
            guard let whole = Value(exactly: number) else { return problem(field, .integerSize, value) }
            return whole
        case .string(let text):
            guard let digits = NumberText.integer(text) else { return problem(field, .integerParsing, value) }
            return sized(digits, field, value)
        case .null, .array, .object: return problem(field, .integerType, value)
        }
    }

    /// 0 or 1.
    mutating func flag(_ field: RequestField) -> Bool {
        let before = problems.count
        let number: Int64 = integer(field)
        guard problems.count == before, let value = member(field) else { return false }
        if number > 1 {
            report(field, .above(1), value)
        } else if number < 0 {
            report(field, .below(0), value)
        }
        return number == 1
    }

    mutating func float(_ field: RequestField) -> Double {
        guard let value = required(field) else { return 0 }
        let number: Double
        switch value {
        case .integer(let text), .number(let text): number = Double(text) ?? .nan
        case .boolean(let flag): number = flag ? 1 : 0
        case .string(let text):
            guard let parsed = NumberText.double(text) else {
                return Double(problem(field, .floatParsing, value) as Int)
            }
            number = parsed
        case .null, .array, .object: return Double(problem(field, .floatType, value) as Int)
        }
        // An infinite or absent amount means nothing to a model; FastAPI could not even send it back.
        guard number.isFinite else { return Double(problem(field, .notFinite, value) as Int) }
        return number
    }

    mutating func dateTime(_ field: RequestField) -> Int64 {
        guard let value = required(field) else { return 0 }
        switch value {
        case .integer(let text), .number(let text):
            switch DateTimeText.microseconds(unixTime: Double(text) ?? .nan) {
            case .success(let ticks): return ticks
            case .failure(let refusal): return problem(field, .dateTime(refusal.message), value)
            }
        case .string(let text):
            switch DateTimeText.parse(text) {
            case .success(let ticks): return ticks
            case .failure(let refusal):
                return problem(field, .dateTime(refusal.message, isDate: refusal.isWellFormed), value)
            }
        case .null, .boolean, .array, .object: return problem(field, .dateTimeType, value)
        }
    }

    /// The value of the last member that is the field, which is the one that counts.
    func member(_ field: RequestField) -> JSONValue? {
        guard case .object(let members) = object else { return nil }
        return members.last { field.isNamed($0.name) }?.value
    }

    /// The value of a field that must be there.
    mutating func required(_ field: RequestField) -> JSONValue? {
        if let value = member(field) { return value }
        report(field, .missing, object)
        return nil
    }

    mutating func report(_ field: RequestField, _ problem: FieldProblem, _ value: JSONValue) {
        problems.append(
            ValidationProblem(
                type: problem.type, location: location + [.name(field.name)], message: problem.message, input: value,
                context: problem.context))
    }

    private mutating func sized<Value: FixedWidthInteger>(
        _ digits: String, _ field: RequestField, _ value: JSONValue
    ) -> Value {
        Value(digits) ?? problem(field, .integerSize, value)
    }

    private mutating func problem<Value: FixedWidthInteger>(
        _ field: RequestField, _ problem: FieldProblem, _ value: JSONValue
    ) -> Value {
        report(field, problem, value)
        return 0
    }
}
