import Features
extension ColumnFacts {
    /// Texts with more different values are not a category.
    private static let categoryLimit = 2_000

    /// The type of the column in a schema.
    func type(for role: ColumnRole.Kind) -> SchemaColumnType {
        let isName = role == .key || role == .id
        switch storage {
        case .boolean: return isName ? .category : .boolean()
        case .integer: return .integer()
        case .float:
            guard isName else { return .float() }
            return profile.numbers?.areWhole == true ? .integer() : .text
        case .date: return .timestamp(format: Self.dateFormat)
        case .timestamp(let isUTC): return .timestamp(timeZone: isUTC ? .utc : nil)
        case .binary: return .text
        case .text:
            if role == .amount, let separators { return .float(separators: separators) }
            return textType(isName: isName)
        }
    }

    private static let dateFormat = (try? TimeFormat("yyyy-MM-dd")) ?? .iso8601

    private func textType(isName: Bool) -> SchemaColumnType {
        if !isName {
            if let time { return .timestamp(format: time.format) }
            if let separators { return numberType(separators) }
            if let answers { return .boolean(trueValues: [answers.yes], falseValues: [answers.no]) }
        }
        let isCategory = distinct <= Self.categoryLimit && rowsPerValue >= 2
        return isCategory ? .category : .text
    }

    /// Integers that are text because 64 bits do not hold them remain text.
    private func numberType(_ separators: NumberSeparators) -> SchemaColumnType {
        guard NumberForms.areWhole(profile.sampledTexts, separators) else { return .float(separators: separators) }
        return separators.thousands == nil ? .text : .integer(separators: separators)
    }
}
