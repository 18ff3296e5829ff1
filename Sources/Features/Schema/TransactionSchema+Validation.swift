import Columnar

extension TransactionSchema {
    /// Checks that the schema makes sense: names and roles are unique where they must be, types suit roles, values and ranges do
    /// not contradict each other, and points have both coordinates.
    /// - Throws: ``SchemaError`` that names the first column with a problem.
    public func validate() throws(SchemaError) {
        guard !columns.isEmpty else { throw .noColumns }
        try validateNames()
        for role in [ColumnRole.Kind.id, .time, .amount, .label, .knownAt] {
            let names = columns(role).map(\.name)
            guard names.count <= 1 else { throw .repeatedRole(role, columns: names) }
        }
        for column in columns { try column.validate() }
        try validatePoints()
    }

    private func validateNames() throws(SchemaError) {
        var owners: [String: String] = [:]
        for (position, column) in columns.enumerated() {
            guard !column.name.isEmpty else { throw .unnamedColumn(position: position) }
            for name in [column.name] + column.spellings {
                if let owner = owners.updateValue(column.name, forKey: name.lowercased()) {
                    throw .repeatedName(name: name, columns: owner == column.name ? [owner] : [owner, column.name])
                }
            }
        }
    }

    private func validatePoints() throws(SchemaError) {
        for column in columns {
            let counterpart: ColumnRole
            let point: String
            switch column.role {
            case .latitude(let name): (point, counterpart) = (name, .longitude(point: name))
            case .longitude(let name): (point, counterpart) = (name, .latitude(point: name))
            default: continue
            }
            func failure(_ reason: String) -> SchemaError {
                .unpairedCoordinate(column: column.name, point: point, reason: reason)
            }
            guard columns.filter({ $0.role == column.role }).count == 1 else {
                throw failure("has another \(column.role.kind.rawValue): points have different names")
            }
            guard columns.contains(where: { $0.role == counterpart }) else {
                throw failure("has no \(counterpart.kind.rawValue): give a column that role and the same point")
            }
        }
    }
}

extension SchemaColumn {
    fileprivate func validate() throws(SchemaError) {
        try validateRole()
        try validateRange()
        try validateSettings()
        if case .label(let fraud, let genuine) = role {
            try validateValues(fraud, "a fraud", genuine, "a genuine transaction")
        }
    }

    private func validateRole() throws(SchemaError) {
        let numbers: [SchemaColumnType.Kind] = [.integer, .float]
        let times: [SchemaColumnType.Kind] = [.timestamp, .relativeTime]
        let allowed: [SchemaColumnType.Kind]
        switch role {
        case .id, .key: allowed = [.integer, .text, .category]
        case .time, .knownAt: allowed = times
        case .amount, .latitude, .longitude: allowed = numbers
        case .label: allowed = numbers + [.boolean, .category, .text]
        case .attribute, .ignored: return
        }
        guard allowed.contains(type.kind) else {
            throw .wrongType(
                column: name, type: type.kind.rawValue, role: role.kind,
                expected: allowed.map(\.rawValue).joined(separator: " or "))
        }
    }

    private func validateRange() throws(SchemaError) {
        let bounds = [minimum, maximum].compactMap { $0 }
        guard !bounds.isEmpty else { return }
        func failure(_ reason: String) -> SchemaError { .invalidRange(column: name, reason: reason) }
        guard type.kind == .integer || type.kind == .float else {
            throw failure("minimum and maximum are for numbers, and it is of type \(type.kind.rawValue)")
        }
        guard bounds.allSatisfy(\.isFinite) else {
            throw failure("minimum or maximum is not a finite number; leave it out where there is no bound")
        }
        if let minimum, let maximum, minimum > maximum {
            throw failure("minimum \(minimum) is above maximum \(maximum): no value would be valid")
        }
    }

    private func validateSettings() throws(SchemaError) {
        switch type {
        case .integer(_, let separators), .float(let separators): try validate(separators)
        case .boolean(let trueValues, let falseValues): try validateValues(trueValues, "true", falseValues, "false")
        case .timestamp(let format, let timeZone):
            if timeZone != nil, format.hasOffset {
                throw .invalidTime(
                    column: name,
                    reason: "times of the format \(format) have their offset from UTC: leave the time zone out")
            }
        case .relativeTime(_, let origin):
            guard origin.isWholeSecond else {
                throw .invalidTime(
                    column: name, reason: "the origin is not a whole second of the calendar in the years 1 to 9999")
            }
        case .text, .category: break
        }
    }

    private func validate(_ separators: NumberSeparators) throws(SchemaError) {
        func failure(_ reason: String) -> SchemaError { .invalidSeparator(column: name, reason: reason) }
        for separator in [separators.decimal, separators.thousands].compactMap({ $0 }) {
            guard !separator.isLetter, !separator.isNumber, separator != "-", separator != "+" else {
                throw failure("\(QuotedText.value(String(separator))) cannot separate digits: it is part of numbers")
            }
        }
        if separators.decimal == separators.thousands {
            throw failure(
                "\(QuotedText.value(String(separators.decimal))) is both the decimal and the thousands separator")
        }
    }

    /// Two lists of texts of which each stands for one of two values.
    private func validateValues(
        _ first: [String], _ firstMeaning: String, _ second: [String], _ secondMeaning: String
    ) throws(SchemaError) {
        func failure(_ reason: String) -> SchemaError { .ambiguousValues(column: name, reason: reason) }
        guard !first.isEmpty else { throw failure("no text stands for \(firstMeaning)") }
        guard !second.isEmpty else { throw failure("no text stands for \(secondMeaning)") }
        let known = Set(first.map { $0.lowercased() })
        if let both = second.first(where: { known.contains($0.lowercased()) }) {
            throw failure("\(QuotedText.value(both)) stands for \(firstMeaning) and for \(secondMeaning): remove one")
        }
    }
}

extension CivilDateTime {
    fileprivate var isWholeSecond: Bool {
        (1...9999).contains(year) && (1...12).contains(month)
            && (1...CivilDateTime.dayCount(ofMonth: month, year: year)).contains(day) && (0...23).contains(hour)
            && (0...59).contains(minute) && (0...59).contains(second) && microsecond == 0
    }
}
