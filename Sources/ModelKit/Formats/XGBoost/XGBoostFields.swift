/// The members of an object of an XGBoost model, with the path to it for messages.
struct XGBoostFields {
    private let members: [String: XGBoostValue]
    private let path: String

    /// - Throws: ``ModelError/malformedModel(_:)`` where the value is not an object.
    init(_ value: XGBoostValue, path: String) throws(ModelError) {
        guard case .object(let members) = value else { throw .malformedModel("\(path) is not an object") }
        self.members = members
        self.path = path
    }

    func has(_ name: String) -> Bool { members[name] != nil }

    func error(_ name: String, _ problem: String) -> ModelError { .malformedModel("\(path).\(name) \(problem)") }

    private func value(_ name: String) throws(ModelError) -> XGBoostValue {
        guard let value = members[name] else { throw error(name, "is missing") }
        return value
    }

    func object(_ name: String) throws(ModelError) -> XGBoostFields {
        try XGBoostFields(value(name), path: "\(path).\(name)")
    }

    func objects(_ name: String) throws(ModelError) -> [XGBoostFields] {
        let values: [XGBoostValue]
        switch try value(name) {
        case .array(let elements): values = elements
        case .numbers(let numbers) where numbers.isEmpty: values = []
        default: throw error(name, "is not an array of objects")
        }
        var objects: [XGBoostFields] = []
        for (index, value) in values.enumerated() {
            objects.append(try XGBoostFields(value, path: "\(path).\(name)[\(index)]"))
        }
        return objects
    }

    func string(_ name: String) throws(ModelError) -> String {
        guard case .string(let text) = try value(name) else { throw error(name, "is not a string") }
        return text
    }

    /// An array of strings; none where it is missing.
    func strings(_ name: String) throws(ModelError) -> [String] {
        switch members[name] {
        case nil: return []
        case .numbers(let numbers) where numbers.isEmpty: return []
        case .array(let values):
            let strings = values.compactMap { if case .string(let text) = $0 { text } else { nil } }
            guard strings.count == values.count else { break }
            return strings
        default: break
        }
        throw error(name, "is not an array of strings")
    }

    /// An array of numbers, as many as expected; where it is missing and there is a default, that many of it.
    func numbers(_ name: String, count: Int? = nil, default value: Double? = nil) throws(ModelError) -> [Double] {
        if let value, let count, members[name] == nil { return [Double](repeating: value, count: count) }
        guard case .numbers(let numbers) = try self.value(name) else { throw error(name, "is not an array of numbers") }
        guard count == nil || numbers.count == count else {
            throw error(name, "has \(numbers.count) numbers, expected \(count ?? 0)")
        }
        return numbers
    }

    /// The same as whole numbers.
    func integers(_ name: String, count: Int? = nil, default value: Double? = nil) throws(ModelError) -> [Int] {
        let numbers = try numbers(name, count: count, default: value)
        var integers: [Int] = []
        integers.reserveCapacity(numbers.count)
        for number in numbers {
            guard let integer = Int(exactly: number) else { throw error(name, "holds \(number), not a whole number") }
            integers.append(integer)
        }
        return integers
    }

    /// A number: as one, in a string as parameters are written, or as the only one of an array in either form, which
    /// is XGBoost 3.1's.
    func parameter(_ name: String, default value: Double? = nil) throws(ModelError) -> Double {
        if let value, members[name] == nil { return value }
        switch try self.value(name) {
        case .number(let number): return number
        case .numbers(let numbers) where numbers.count == 1: return numbers[0]
        case .string(let text):
            let isArray = text.hasPrefix("[") && text.hasSuffix("]") && text.utf8.count >= 2
            if let number = Double(isArray ? text.dropFirst().dropLast() : text[...]) { return number }
        default: break
        }
        throw error(name, "is not one number")
    }
}
