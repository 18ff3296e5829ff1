import JSONText

/// Reads bodies that are a JSON object, or a list of them, with all problems at once.
enum ObjectBody {
    /// After this many problems the rest of a list is not checked: each problem repeats its input.
    private static let maximumProblems = 100

    /// What is read of an object.
    static func read<Value>(
        _ bytes: some Collection<UInt8>, _ read: (inout FieldReader) -> Value
    ) -> Result<Value, ValidationFailure> {
        parse(bytes).flatMap { body in
            guard case .object = body else {
                return .failure(ValidationFailure([ValidationFailure.notAnObject(body, at: [.name("body")])]))
            }
            var reader = FieldReader(body)
            let value = read(&reader)
            return reader.problems.isEmpty ? .success(value) : .failure(ValidationFailure(reader.problems))
        }
    }

    /// What is read of one object or of a list.
    static func readList<Value>(
        _ bytes: some Collection<UInt8>, _ read: (inout FieldReader) -> Value
    ) -> Result<[Value], ValidationFailure> {
        parse(bytes).flatMap { body in
            guard case .array(let values) = body else { return self.read([(body, [.name("body")])], read) }
            return self.read(values.enumerated().lazy.map { ($1, [.name("body"), .position($0)]) }, read)
        }
    }

    private static func parse(_ bytes: some Collection<UInt8>) -> Result<JSONValue, ValidationFailure> {
        guard !bytes.isEmpty else { return .failure(.missingBody) }
        do throws(JSONDocument.Failure) {
            return .success(try JSONDocument.parse(bytes))
        } catch {
            return .failure(ValidationFailure(error))
        }
    }

    private static func read<Value>(
        _ objects: some Sequence<(JSONValue, [ValidationProblem.Location])>, _ read: (inout FieldReader) -> Value
    ) -> Result<[Value], ValidationFailure> {
        var values: [Value] = []
        var problems: [ValidationProblem] = []
        for (object, location) in objects where problems.count < maximumProblems {
            guard case .object = object else {
                problems.append(ValidationFailure.notAnObject(object, at: location))
                continue
            }
            var reader = FieldReader(object, at: location)
            values.append(read(&reader))
            problems += reader.problems
        }
        return problems.isEmpty ? .success(values) : .failure(ValidationFailure(problems))
    }
}
