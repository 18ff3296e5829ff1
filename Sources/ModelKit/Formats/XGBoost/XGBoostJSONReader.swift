import JSONText

/// Reads JSON into numbers without a string for each.
enum XGBoostJSONReader {
    static func value(_ text: UnsafeBufferPointer<UInt8>) throws(JSONError) -> XGBoostValue {
        var scanner = JSONScanner(text)
        let value = try value(&scanner, depth: 0)
        try scanner.expectEnd()
        return value
    }

    private static func value(_ scanner: inout JSONScanner, depth: Int) throws(JSONError) -> XGBoostValue {
        switch try scanner.peekValue() {
        case UInt8(ascii: "{"):
            try scanner.enter(depth)
            var members: [String: XGBoostValue] = [:]
            if scanner.isEmpty(closing: UInt8(ascii: "}")) { return .object(members) }
            repeat {
                let name = scanner.characters(try scanner.name())
                members[name] = try value(&scanner, depth: depth + 1)
            } while try !scanner.ends(with: UInt8(ascii: "}"))
            return .object(members)
        case UInt8(ascii: "["):
            try scanner.enter(depth)
            return try array(&scanner, depth: depth)
        case UInt8(ascii: "\""):
            return .string(scanner.characters(try scanner.string()))
        case UInt8(ascii: "n"):
            try scanner.skip("null")
            return .null
        default:
            return .number(try number(&scanner))
        }
    }

    private static func array(_ scanner: inout JSONScanner, depth: Int) throws(JSONError) -> XGBoostValue {
        let closing = UInt8(ascii: "]")
        var numbers: [Double] = []
        if scanner.isEmpty(closing: closing) { return .numbers(numbers) }
        while try !"{[\"n".utf8.contains(scanner.peekValue()) {
            numbers.append(try number(&scanner))
            if try scanner.ends(with: closing) { return .numbers(numbers) }
        }
        var values = numbers.map { XGBoostValue.number($0) }
        repeat { values.append(try value(&scanner, depth: depth + 1)) } while try !scanner.ends(with: closing)
        return .array(values)
    }

    /// A number, a truth value, or one of the words that Python and XGBoost write for numbers that JSON does not have.
    private static func number(_ scanner: inout JSONScanner) throws(JSONError) -> Double {
        let start = scanner.position
        switch try scanner.peekValue() {
        case UInt8(ascii: "t"):
            try scanner.skip("true")
            return 1
        case UInt8(ascii: "f"):
            try scanner.skip("false")
            return 0
        case UInt8(ascii: "N"):
            try scanner.skip("NaN")
            return .nan
        case UInt8(ascii: "I"):
            try scanner.skip("Infinity")
            return .infinity
        case UInt8(ascii: "-")
        where scanner.position + 1 < scanner.text.count
            && scanner.text[scanner.position + 1] == UInt8(ascii: "I"):
            try scanner.skip("-Infinity")
            return -.infinity
        default:
            let number = try scanner.number()
            do {
                return try number.double(in: scanner.text)
            } catch {
                throw JSONError(.expectedValue, at: start)
            }
        }
    }
}
