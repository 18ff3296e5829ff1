extension JSONValue {
    /// Reads the one value that a text holds: RFC 8259, and the bare `NaN`, `Infinity` and `-Infinity` that Python's
    /// `json` module writes and reads.
    package init(parsing text: UnsafeBufferPointer<UInt8>) throws(JSONError) {
        var scanner = JSONScanner(text)
        self = try scanner.value(depth: 0)
        try scanner.expectEnd()
    }

    /// Reads the one value that the bytes hold.
    package init(parsing bytes: [UInt8]) throws(JSONError) {
        let result = bytes.withUnsafeBufferPointer { text in
            Result { () throws(JSONError) in try JSONValue(parsing: text) }
        }
        self = try result.get()
    }
}

extension JSONScanner {
    fileprivate mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        switch try peekValue() {
        case UInt8(ascii: "\""): return .string(characters(try string()))
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "t"):
            try skip("true")
            return .boolean(true)
        case UInt8(ascii: "f"):
            try skip("false")
            return .boolean(false)
        case UInt8(ascii: "n"):
            try skip("null")
            return .null
        case UInt8(ascii: "N"):
            try skip("NaN")
            return .number("NaN")
        case UInt8(ascii: "I"):
            try skip("Infinity")
            return .number("Infinity")
        case UInt8(ascii: "-") where position + 1 < text.count && text[position + 1] == UInt8(ascii: "I"):
            try skip("-Infinity")
            return .number("-Infinity")
        default:
            let number = try number()
            let digits = String(decoding: UnsafeBufferPointer(rebasing: text[number.range]), as: UTF8.self)
            return number.isInteger ? .integer(digits) : .number(digits)
        }
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
        try enter(depth)
        var members: [JSONValue.Member] = []
        if isEmpty(closing: UInt8(ascii: "}")) { return .object(members) }
        repeat {
            let name = try name()
            members.append(JSONValue.Member(name: characters(name), value: try value(depth: depth + 1)))
        } while try !ends(with: UInt8(ascii: "}"))
        return .object(members)
    }

    private mutating func array(depth: Int) throws(JSONError) -> JSONValue {
        try enter(depth)
        var values: [JSONValue] = []
        if isEmpty(closing: UInt8(ascii: "]")) { return .array(values) }
        repeat {
            values.append(try value(depth: depth + 1))
        } while try !ends(with: UInt8(ascii: "]"))
        return .array(values)
    }
}
