package import DataPrep

/// Reads the seven fields of `POST /predict` as FastAPI with pydantic 2 does: numbers may come as text, whole floats as
/// integers; all problems are reported at once.
package enum TransactionBody {
    /// The transaction, or everything that is wrong with the body.
    package static func read(_ bytes: some Collection<UInt8>) -> Result<Transaction, ValidationFailure> {
        guard !bytes.isEmpty else {
            return .failure(
                ValidationFailure([
                    ValidationProblem(
                        type: "missing", location: [.name("body")], message: "Field required", input: .null)
                ]))
        }
        do throws(JSONParser.Failure) {
            return read(try JSONParser.parse(bytes))
        } catch {
            let problem = ValidationProblem(
                type: "json_invalid", location: [.name("body"), .position(error.position)],
                message: "JSON decode error", input: .object([]), cause: error.message)
            return .failure(ValidationFailure([problem]))
        }
    }

    private static func read(_ body: JSONValue) -> Result<Transaction, ValidationFailure> {
        guard case .object = body else {
            let message = "Input should be a valid dictionary or object to extract fields from"
            let problem = ValidationProblem(
                type: "model_attributes_type", location: [.name("body")], message: message, input: body)
            return .failure(ValidationFailure([problem]))
        }
        var reader = FieldReader(body: body)
        let transaction = Transaction(
            transactionID: reader.integer(.transactionID), dateTime: reader.dateTime(.dateTime),
            customerID: reader.integer(.customerID), terminalID: reader.integer(.terminalID),
            amount: reader.float(.amount), timeSeconds: reader.integer(.timeSeconds),
            timeDays: reader.integer(.timeDays))
        return reader.problems.isEmpty ? .success(transaction) : .failure(ValidationFailure(reader.problems))
    }
}

package struct ValidationFailure: Error, Hashable {
    package var problems: [ValidationProblem]

    init(_ problems: [ValidationProblem]) { self.problems = problems }
}

/// Takes typed fields out of an object; a field that cannot be read gives 0 and a problem.
private struct FieldReader {
    let body: JSONValue
    var problems: [ValidationProblem] = []

    init(body: JSONValue) { self.body = body }

    mutating func integer<Value: FixedWidthInteger>(_ column: TransactionColumn) -> Value {
        guard let value = field(column) else { return 0 }
        switch value {
        case .integer(let digits): return sized(digits, column, value)
        case .boolean(let flag): return flag ? 1 : 0
        case .number(let text):
            let number = Double(text) ?? .nan
            guard number.isFinite, number == number.rounded() else {
                return problem(
                    column, "int_from_float", "Input should be a valid integer, got a number with a fractional part",
                    value)
            }
            guard let whole = Value(exactly: number) else { return tooLarge(column, value) }
            return whole
        case .string(let text):
            guard let digits = FieldReader.integerText(text) else {
                return problem(
                    column, "int_parsing", "Input should be a valid integer, unable to parse string as an integer",
                    value)
            }
            return sized(digits, column, value)
        case .null, .array, .object: return problem(column, "int_type", "Input should be a valid integer", value)
        }
    }

    mutating func float(_ column: TransactionColumn) -> Double {
        guard let value = field(column) else { return 0 }
        let number: Double?
        switch value {
        case .integer(let text), .number(let text): number = Double(text)
        case .boolean(let flag): number = flag ? 1 : 0
        case .string(let text):
            guard let parsed = FieldReader.floatText(text) else {
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
        guard let number, number.isFinite else {
            return Double(problem(column, "finite_number", "Input should be a finite number", value) as Int)
        }
        return number
    }

    mutating func dateTime(_ column: TransactionColumn) -> Int64 {
        guard let value = field(column) else { return 0 }
        switch value {
        case .integer(let text), .number(let text):
            guard let ticks = Double(text).flatMap(DateTimeText.microseconds(unixTime:)) else {
                return dateProblem(column, "dates after 9999 are not supported as unix timestamps", value)
            }
            return ticks
        case .string(let text):
            switch DateTimeText.parse(text) {
            case .success(let ticks): return ticks
            case .failure(let reason): return dateProblem(column, reason.message, value)
            }
        case .null, .boolean, .array, .object:
            return problem(column, "datetime_type", "Input should be a valid datetime", value)
        }
    }

    private mutating func field(_ column: TransactionColumn) -> JSONValue? {
        if let value = body.member(column.name) { return value }
        let _: Int = problem(column, "missing", "Field required", body)
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

    private mutating func dateProblem(_ column: TransactionColumn, _ cause: String, _ value: JSONValue) -> Int64 {
        problem(
            column, "datetime_from_date_parsing", "Input should be a valid datetime or date, \(cause)", value,
            cause: cause)
    }

    private mutating func problem<Value: FixedWidthInteger>(
        _ column: TransactionColumn, _ type: String, _ message: String, _ value: JSONValue, cause: String? = nil
    ) -> Value {
        problems.append(
            ValidationProblem(
                type: type, location: [.name("body"), .name(column.name)], message: message, input: value,
                cause: cause))
        return 0
    }

    /// Digits with an optional sign and a fraction of zeros, spaces around and `_` between digits allowed.
    private static func integerText(_ text: String) -> String? {
        guard var body = withoutSeparators(text) else { return nil }
        if let point = body.firstIndex(of: ".") {
            let fraction = body[body.index(after: point)...]
            guard !fraction.isEmpty, fraction.allSatisfy({ $0 == "0" }) else { return nil }
            body = String(body[..<point])
        }
        let digits = body.drop { $0 == "+" || $0 == "-" }
        guard body.count - digits.count <= 1, !digits.isEmpty, digits.allSatisfy({ $0.isASCII && $0.isNumber }) else {
            return nil
        }
        return body
    }

    private static func floatText(_ text: String) -> Double? {
        withoutSeparators(text).flatMap { Double($0) }
    }

    private static func withoutSeparators(_ text: String) -> String? {
        let body = text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed()
        let parts = String(body).split(separator: "_", omittingEmptySubsequences: false)
        // `_` only stands between two digits.
        for (left, right) in zip(parts, parts.dropFirst())
        where !(left.last?.isNumber ?? false) || !(right.first?.isNumber ?? false) {
            return nil
        }
        return parts.joined()
    }
}
