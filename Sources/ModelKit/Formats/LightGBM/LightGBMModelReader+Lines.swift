import Columnar

extension LightGBMModelReader {
    /// Lines `key=value`, and lines without `=`.
    struct Fields {
        struct Field {
            let text: Substring
            let line: Int
        }

        private var fields: [Substring: Field] = [:]
        var flags: Set<Substring> = []

        subscript(_ key: String) -> Field? { fields[Substring(key)] }

        mutating func insert(_ key: Substring, _ field: Field) -> Bool { fields.updateValue(field, forKey: key) == nil }
    }

    mutating func readFields(until isEnd: (Substring) -> Bool) throws(ModelError) -> Fields {
        var fields = Fields()
        while position < lines.count, !isEnd(lines[position]) {
            let line = lines[position]
            if let separator = line.firstIndex(of: "=") {
                let field = Fields.Field(text: line[line.index(after: separator)...], line: position)
                guard fields.insert(line[..<separator], field) else {
                    throw error("\(QuotedText.value(line[..<separator].utf8)) occurs twice")
                }
            } else if !line.isEmpty {
                fields.flags.insert(line)
            }
            position += 1
        }
        return fields
    }

    func integer(_ fields: Fields, _ key: String, line: Int = 0) throws(ModelError) -> Int {
        guard let field = fields[key] else { throw error("'\(key)' is missing", line: line) }
        guard let value = Int(field.text) else {
            throw error("\(key) is \(QuotedText.value(field.text.utf8)), not a whole number", line: field.line)
        }
        return value
    }

    func list<Value: LosslessStringConvertible>(
        _ fields: Fields, _ key: String, count: Int, firstLine: Int, default value: Value? = nil
    ) throws(ModelError) -> [Value] {
        guard let field = fields[key] else {
            guard let value else { throw error("'\(key)' is missing", line: firstLine) }
            // There were this many leaf values, so this uses no more memory than the file.
            return [Value](repeating: value, count: count)
        }
        let words = field.text.utf8.split(separator: UInt8(ascii: " ")).map(Substring.init)
        if words.isEmpty, let value { return [Value](repeating: value, count: count) }
        guard words.count == count else {
            throw error("\(key) has \(words.count) values where \(count) are expected", line: field.line)
        }
        var values: [Value] = []
        values.reserveCapacity(count)
        for word in words {
            guard let value = Value(String(word)) else {
                throw error("\(key) holds \(QuotedText.value(word.utf8)), not a number", line: field.line)
            }
            values.append(value)
        }
        return values
    }

    func error(_ message: String, line: Int? = nil) -> ModelError {
        .malformedModel("\(fileName), line \((line ?? position) + 1): \(message)")
    }
}
