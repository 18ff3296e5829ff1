import Essentials

/// The JSON that programs print: keys in snake_case and sorted, times in ISO 8601, null for a number that is undefined.
package enum ResultJSON {
    /// - Throws: `EncodingError` for a value that JSON has no form for.
    package static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        encoder.keyEncodingStrategy = .custom { path in
            Key(stringValue: path.last.map { snakeCase($0.stringValue) } ?? "")
        }
        // JSON has no NaN and no infinities, and JSONEncoder cannot write null for them: a text that occurs nowhere else.
        let undefined = UUID().uuidString
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: undefined, negativeInfinity: undefined, nan: undefined)
        let text = String(decoding: try encoder.encode(value), as: UTF8.self)
        return Array(text.replacing("\"\(undefined)\"", with: "null").utf8)
    }

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }

        init?(intValue: Int) { nil }
    }

    /// Names in which upper and lower case do not tell the words apart.
    private static let knownWords = [("ROCAUC", "RocAUC"), ("deLong", "delong"), ("DeLong", "Delong")]

    /// `testROCAUC` -> `test_roc_auc`, `transactionIDs` -> `transaction_ids`, `tTestPValue` -> `t_test_p_value`.
    package static func snakeCase(_ name: String) -> String {
        let name = knownWords.reduce(name) { name, word in name.replacing(word.0, with: word.1) }
        let scalars = Array(name.unicodeScalars)
        func has(_ index: Int, _ property: KeyPath<Unicode.Scalar.Properties, Bool>) -> Bool {
            scalars.indices.contains(index) && scalars[index].properties[keyPath: property]
        }
        func isUpper(_ index: Int) -> Bool { has(index, \.isUppercase) }
        func isLower(_ index: Int) -> Bool { has(index, \.isLowercase) }
        var result = String.UnicodeScalarView()
        for index in scalars.indices {
            if isUpper(index), index > 0, scalars[index - 1] != "_" {
                // The plural of an acronym, as in IDs, begins no word.
                let isPlural = isLower(index + 1) && scalars[index + 1] == "s" && !isLower(index + 2)
                let beginsWord = isLower(index + 1) && !(isPlural && isUpper(index - 1))
                if !isUpper(index - 1) || beginsWord { result.append("_") }
            }
            result.append(contentsOf: scalars[index].properties.lowercaseMapping.unicodeScalars)
        }
        return String(result)
    }
}
