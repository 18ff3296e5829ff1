import Columnar
import Features

/// The rules of a ``TableCleaningPlan`` for the columns of a cleaning.
struct TableChecks: Sendable {
    /// A rule for single rows: the rows that break it, in any order, each with the columns that do; the first of a row counts.
    typealias Check = @Sendable (TableRows) throws -> [(row: Int, column: Int?)]

    /// The rule for duplicates.
    struct Duplicates: Sendable {
        /// Its position.
        let rule: Int
        /// The columns that are compared.
        let columns: [Int]
        /// Whether they are the id, which may be missing.
        let isByID: Bool
        /// Whether that is an integer.
        let isByInteger: Bool
    }

    /// The rules' names, in order.
    let rules: [CleaningRule]
    /// Position of the rule for malformed rows.
    let malformed: Int?
    /// Positions of rules for single rows, and the rules.
    let checks: [(rule: Int, check: Check)]
    let duplicates: Duplicates?
    /// Position of the rule for outliers.
    let outliers: Int?
    /// Whether there are expressions or conditions, which look at whole tables.
    private let needsBatches: Bool

    /// - Throws: ``CleaningError/invalidPlan(message:)`` for a rule that needs what the columns do not have.
    init(
        _ plan: TableCleaningPlan, _ layout: TableLayout, custom: [String: TableCleaner.Condition]
    ) throws {
        try plan.validate()
        rules = plan.checks.map(\.rule)
        var malformed: Int?
        var checks: [(rule: Int, check: Check)] = []
        var duplicates: Duplicates?
        var outliers: Int?
        for (rule, check) in plan.checks.enumerated() {
            switch check {
            case .malformed: malformed = rule
            case .duplicate(let key):
                let columns = try TableChecks.columns(of: key, layout)
                duplicates = Duplicates(
                    rule: rule, columns: columns, isByID: key == .id,
                    isByInteger: key == .id && columns.first.map { layout.output.fields[$0].type.isNumeric } ?? false)
            case .outlier:
                guard layout.amount != nil else { throw TableChecks.failure(check, "there is no amount") }
                outliers = rule
            default: checks.append((rule, try TableChecks.compile(check, layout, custom)))
            }
        }
        self.malformed = malformed
        self.checks = checks
        self.duplicates = duplicates
        self.outliers = outliers
        needsBatches = plan.checks.contains { check in
            switch check {
            case .expression, .custom: true
            default: false
            }
        }
    }

    /// Columns of text that no rule looks at but for missing and invalid values.
    func codedColumns(of layout: TableLayout) -> [Int] {
        guard !needsBatches else { return [] }
        return layout.output.fields.indices.filter { index in
            guard layout.output.fields[index].type == .string, layout.label?.index != index,
                duplicates?.columns.contains(index) != true
            else { return false }
            return index >= layout.schema.columns.count || layout.schema.columns[index].unknownCodes.isEmpty
        }
    }

    private static func failure(_ check: CleaningCheck, _ message: String) -> CleaningError {
        .invalidPlan(message: "rule \(QuotedText.value(check.rule.rawValue)): \(message)")
    }

    private static func columns(of key: CleaningCheck.DuplicateKey, _ layout: TableLayout) throws -> [Int] {
        switch key {
        case .id:
            guard let id = layout.schema.columns.firstIndex(where: { $0.role == .id }) else {
                throw failure(.duplicate(key), "no column has the role id")
            }
            return [id]
        case .wholeRow: return Array(layout.output.fields.indices)
        case .columns(let names): return try names.map { try position($0, layout, for: .duplicate(key)) }
        }
    }

    private static func position(
        _ name: String, _ layout: TableLayout, for check: CleaningCheck
    ) throws(CleaningError) -> Int {
        if let index = layout.output.index(of: name) { return index }
        let nearest = NearestNames.question(NearestNames.nearest(to: name, in: layout.output.names))
        throw failure(
            check, "there is no column \(QuotedText.value(name))\(nearest.map { "; \($0)" } ?? "")")
    }

    private static func compile(
        _ check: CleaningCheck, _ layout: TableLayout, _ custom: [String: TableCleaner.Condition]
    ) throws -> Check {
        func positions(_ names: [String]?, _ standard: [Int]) throws -> [Int] {
            try names?.map { try position($0, layout, for: check) }.sorted() ?? standard
        }
        let ofSchema = Array(layout.schema.columns.indices)
        switch check {
        case .missing(let names):
            let needed = ofSchema.filter { SchemaReader.requiredRoles.contains(layout.schema.columns[$0].role.kind) }
            let columns = try positions(names, needed)
            return { rows in missing(rows, columns) }
        case .invalid(let names):
            let columns = try positions(names, Array(layout.output.fields.indices))
            return { rows in
                columns.flatMap { column in
                    (rows.invalid[column]?.trueIndices ?? []).map { ($0, column) }
                }
            }
        case .unknownCode(let names):
            let codes = try positions(names, ofSchema).filter { $0 < ofSchema.count }.compactMap { index in
                UnknownCodes(layout.schema.columns[index]).map { (index, $0) }
            }
            return { rows in
                codes.flatMap { column, codes in codes.rows(in: rows.plain(column)).map { ($0, column) } }
            }
        case .nonPositiveAmount:
            guard let amount = layout.amount else { throw failure(check, "there is no amount") }
            return { rows in
                outside(rows, amount) { !($0 > 0 && $0.isFinite) }
            }
        case .range(let name, let minimum, let maximum):
            let column = try position(name, layout, for: check)
            guard layout.output.fields[column].type.isNumeric else {
                throw failure(check, "it is of type \(layout.output.fields[column].type), and no number")
            }
            let low = minimum ?? -.infinity, high = maximum ?? .infinity
            return { rows in outside(rows, column) { $0 < low || $0 > high } }
        case .expression(_, let expression):
            let bound = try bind(expression, layout, for: check)
            return { rows in
                let truth = try bound.evaluateTruth(rows.batch(layout.output))
                return (0..<truth.count).filter { !truth.isTrue[$0] && !truth.isNull[$0] }.map { ($0, nil) }
            }
        case .custom(let name):
            guard let condition = custom[name] else {
                let nearest = NearestNames.question(NearestNames.nearest(to: name, in: Array(custom.keys).sorted()))
                throw failure(check, "the cleaner has no condition of that name\(nearest.map { "; \($0)" } ?? "")")
            }
            return { rows in
                let batch = try rows.batch(layout.output)
                let keeps = try condition(batch)
                guard keeps.count == batch.rowCount else {
                    throw failure(check, "its condition gives \(keeps.count) bits for \(batch.rowCount) rows")
                }
                return (0..<keeps.count).lazy.filter { !keeps[$0] }.map { ($0, nil) }
            }
        case .malformed, .duplicate, .outlier:
            preconditionFailure("these are no rules for single rows")
        }
    }

    /// Expressions may use the columns beside the schema, too.
    private static func bind(
        _ expression: RowExpression, _ layout: TableLayout, for check: CleaningCheck
    ) throws(CleaningError) -> BoundExpression {
        var schema = layout.schema
        for field in layout.output.fields.dropFirst(schema.columns.count) {
            schema.columns.append(SchemaColumn(field.name, SchemaColumnType(field.type) ?? .text, role: .ignored))
        }
        let bound: BoundExpression
        do {
            bound = try expression.bind(to: schema, as: .truth)
        } catch {
            throw failure(check, error.description)
        }
        for index in bound.columns where schema.columns[index].type.dataType != layout.output.fields[index].type {
            let field = layout.output.fields[index]
            throw failure(
                check,
                "column \(QuotedText.value(field.name)) is of type \(field.type) beside the schema: give it one in the schema"
            )
        }
        return bound
    }

    private static func missing(_ rows: TableRows, _ columns: [Int]) -> [(row: Int, column: Int?)] {
        var found: [(row: Int, column: Int?)] = []
        for column in columns {
            guard let validity = rows.columns[column].validity else { continue }
            for row in 0..<rows.count where !validity[row] && rows.invalid[column]?[row] != true {
                found.append((row, column))
            }
        }
        return found
    }

    /// The rows whose number in a column is not valid.
    private static func outside(
        _ rows: TableRows, _ index: Int, _ isOutside: (Double) -> Bool
    ) -> [(row: Int, column: Int?)] {
        let column = rows.plain(index)
        func filter(_ value: (Int) -> Double) -> [(row: Int, column: Int?)] {
            var found: [(row: Int, column: Int?)] = []
            for row in 0..<rows.count where isOutside(value(row)) && !column.isNull(row) { found.append((row, index)) }
            return found
        }
        return switch column.storage {
        case .int32(let values): filter { Double(values[$0]) }
        case .int64(let values): filter { Double(values[$0]) }
        case .float32(let values): filter { Double(values[$0]) }
        case .float64(let values): filter { values[$0] }
        case .boolean, .bytes: []
        }
    }
}

extension SchemaColumnType {
    /// The type of a column that is stored so; nil if there is none.
    fileprivate init?(_ stored: DataType) {
        switch stored {
        case .boolean: self = .boolean()
        case .int32: self = .integer(width: .bits32)
        case .int64: self = .integer()
        case .float64: self = .float()
        case .string: self = .text
        case .timestamp(.microseconds, let isUTC): self = .timestamp(timeZone: isUTC ? .utc : nil)
        case .float32, .binary, .date, .timestamp: return nil
        }
    }
}
