extension TransactionSchema {
    /// The schema of tables that were read by this one and written again, also as text: the same names, roles and
    /// ranges, numbers with a decimal point, and times in ISO 8601, of UTC where the zone was known.
    public var canonical: TransactionSchema {
        var schema = self
        for index in columns.indices { schema.columns[index].type = columns[index].type.canonical }
        return schema
    }
}

extension SchemaColumnType {
    fileprivate var canonical: SchemaColumnType {
        switch self {
        case .integer(let width, _): .integer(width: width)
        case .float: .float()
        case .text, .category: self
        case .boolean(let trueValues, let falseValues):
            .boolean(
                trueValues: SchemaColumnType.adding("true", to: trueValues, not: falseValues),
                falseValues: SchemaColumnType.adding("false", to: falseValues, not: trueValues))
        case .timestamp(let format, let timeZone):
            .timestamp(timeZone: timeZone != nil || format.hasOffset ? .utc : nil)
        case .relativeTime: .timestamp()
        }
    }

    /// Tables as text have the words true and false.
    private static func adding(_ word: String, to words: [String], not others: [String]) -> [String] {
        WordList(words).contains(word) || WordList(others).contains(word) ? words : words + [word]
    }
}
