import Columnar
package import Features
import JSONText

/// A column of a schema as a member of a request's body, read as `RecordJSON` reads it.
package struct SchemaField: Sendable {
    package let column: SchemaColumn
    /// Its position in the schema.
    let position: Int
    /// Values of a category that the model knows.
    let knownValues: [String]
    /// Texts that mean a missing value.
    let markers: [String]
    /// A value that is accepted.
    let example: JSONValue
    private let reader: ColumnReader
    /// Reads numbers outside the range, too.
    private let unbounded: ColumnReader

    /// - Parameter knownValues: Of a category, those that the model knows.
    init(_ schema: TransactionSchema, position: Int, knownValues: [String] = []) {
        column = schema.columns[position]
        self.position = position
        self.knownValues = knownValues
        markers = schema.missingMarkers + column.missingMarkers
        reader = ColumnReader(column, missingMarkers: schema.missingMarkers)
        var boundless = column
        boundless.minimum = nil
        boundless.maximum = nil
        unbounded = ColumnReader(boundless, missingMarkers: schema.missingMarkers)
        let candidates = knownValues.prefix(1).map { JSONValue.string($0) } + column.exampleCandidates
        example = candidates.first { [reader] in (reader.value($0) ?? .null) != .null } ?? .null
    }

    /// Nil for a value that is not of the column.
    func value(_ value: JSONValue) -> TransactionValue? {
        guard let found = reader.value(value), !isInfiniteAmount(found) else { return nil }
        return found
    }

    /// An infinite amount means nothing to a model.
    func isInfiniteAmount(_ value: TransactionValue) -> Bool {
        guard column.role == .amount, case .number(let number) = value else { return false }
        return !number.isFinite
    }

    /// What is wrong with a value that is not of the column, or that is null or stands for a missing one where one is needed.
    func problem(_ value: JSONValue) -> FieldProblem {
        if case .label(let fraud, let genuine) = column.role { return .literal(fraud + genuine) }
        switch (column.type, value) {
        case (.integer, .integer(let text)): return integerProblem(text)
        case (.integer, .number(let text)):
            let number = Double(text) ?? .nan
            guard number.isFinite else { return .notFinite }
            guard number == number.rounded() else { return .integerFromFloat }
            return Int64(exactly: number) == nil ? .integerSize : integerProblem(text)
        case (.integer, .boolean): return rangeProblem(value) ?? .missingMarker
        case (.integer, .string(let text)):
            if let digits = NumberText.integer(text), !holds(digits) { return .integerSize }
            return rangeProblem(value) ?? (isMarker(value) ? .missingMarker : .integerParsing)
        case (.integer, _): return .integerType

        case (.float, .integer(let text)), (.float, .number(let text)):
            guard (Double(text) ?? .nan).isFinite else { return .notFinite }
            return rangeProblem(value) ?? .missingMarker
        case (.float, .boolean): return rangeProblem(value) ?? .missingMarker
        case (.float, .string):
            return rangeProblem(value) ?? (isMarker(value) ? .missingMarker : .floatParsing)
        case (.float, _): return .floatType

        case (.text, .string("")), (.category, .string("")): return .stringTooShort
        case (.text, _), (.category, _): return isMarker(value) ? .missingMarker : .stringType

        case (.boolean, _) where isMarker(value): return .missingMarker
        case (.boolean, .string), (.boolean, .integer): return .booleanParsing
        case (.boolean, .number(let text)):
            return Int64(exactly: Double(text) ?? .nan) == nil ? .booleanType : .booleanParsing
        case (.boolean, _): return .booleanType

        case (.timestamp, _) where isMarker(value), (.relativeTime, _) where isMarker(value): return .missingMarker
        case (.timestamp(let format, _), .string(let text)):
            if format == .iso8601, case .failure(let refusal) = DateTimeText.parse(text) {
                return .dateTime(refusal.message, isDate: refusal.isWellFormed)
            }
            return .dateTime("expected \(column.expectation)")
        case (.timestamp, .integer), (.timestamp, .number): return .dateTime("expected \(column.expectation)")
        case (.timestamp, _): return .dateTimeType

        case (.relativeTime, .string): return .floatParsing
        case (.relativeTime, .integer(let text)), (.relativeTime, .number(let text)):
            return (Double(text) ?? .nan).isFinite ? .dateTime("the time is out of range") : .notFinite
        case (.relativeTime, _): return .floatType
        }
    }

    /// Of a whole number.
    private func integerProblem(_ text: String) -> FieldProblem {
        rangeProblem(Double(text) ?? .nan) ?? (holds(text) ? .missingMarker : .integerSize)
    }

    /// Whether the column's type holds the whole number.
    private func holds(_ text: String) -> Bool {
        guard let number = Int64(text) ?? Double(text).flatMap({ Int64(exactly: $0) }) else { return false }
        return column.type.dataType != .int32 || Int32(exactly: number) != nil
    }

    /// Whether the value stands for a missing one.
    private func isMarker(_ value: JSONValue) -> Bool { value != .null && reader.value(value) == .null }

    /// Of a value that would be one of the column but for the range, or for being infinite.
    private func rangeProblem(_ value: JSONValue) -> FieldProblem? {
        switch unbounded.value(value) {
        case .integer(let number): rangeProblem(Double(number))
        case .number(let number): rangeProblem(number) ?? (number.isFinite ? nil : .notFinite)
        default: nil
        }
    }

    private func rangeProblem(_ number: Double) -> FieldProblem? {
        if let minimum = column.minimum, number < minimum { return .below(bound(minimum)) }
        if let maximum = column.maximum, number > maximum { return .above(bound(maximum)) }
        return nil
    }

    private func bound(_ bound: Double) -> JSONValue {
        guard column.type.kind == .integer, let whole = Int64(exactly: bound) else { return .number("\(bound)") }
        return JSONValue(whole)
    }
}

extension FieldReader {
    /// The value of a schema's column; null for one that may be missing, and with a problem for one that cannot be read.
    mutating func value(_ field: RequestField, _ column: SchemaField) -> TransactionValue {
        guard let value = field.presence == .optional ? member(field) ?? .null : required(field) else { return .null }
        if let found = column.value(value), found != .null || field.presence != .required { return found }
        report(field, column.problem(value), value)
        return .null
    }
}
