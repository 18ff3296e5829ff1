import Features
public import Columnar

/// The table of dropped rows that a cleaning writes on request.
///
/// Its rows come in the order of the inputs and of the lines in them. There is one for each row that a ``CleaningReport``
/// counts under its rules, and `tx_fraud` is 1 for as many as it counts as frauds.
public enum RejectedRows {
    /// `file`, `line`, `rule`, `column`, `tx_fraud`, `raw_text`.
    ///
    /// - `file` and `line`: as in ``RejectedRow``.
    /// - `rule`: the name of a ``CleaningRule``.
    /// - `column`: the column that broke the rule; null if the row as a whole did.
    /// - `tx_fraud`: the label; null if it cannot be read.
    /// - `raw_text`: the line of the text file, or the columns of the table's row with commas between them; cut
    ///   after ``rawTextLimit`` bytes. Bytes that are not UTF-8 are replaced by U+FFFD.
    public static let schema: Schema = {
        do {
            return try Schema([
                Field("file", .string, isNullable: false), Field("line", .int64, isNullable: false),
                Field("rule", .string, isNullable: false), Field("column", .string), Field("tx_fraud", .int32),
                Field("raw_text", .string, isNullable: false),
            ])
        } catch {
            // A schema refuses only duplicate names.
            preconditionFailure("the columns have distinct names: \(error)")
        }
    }()

    /// Bytes of a row's text, at most.
    public static let rawTextLimit = 1 << 16

    /// - Parameters:
    ///   - rows: the rows, each with its text.
    ///   - names: of the rules and columns.
    static func batch(
        _ rows: [(file: String, line: Int, entry: RejectEntry, text: String)], _ names: RejectNames
    ) throws -> RecordBatch {
        try RecordBatch(
            schema: schema,
            columns: [
                .string(rows.map(\.file)), .int64(rows.map { Int64($0.line) }),
                .string(rows.map { names.rules[$0.entry.rule].rawValue }),
                .string(
                    rows.map { $0.entry.column.map { names.columns[$0] } ?? "" },
                    validity: Bitmap(rows.map { $0.entry.column != nil })),
                .int32(rows.map { $0.entry.label ?? 0 }, validity: Bitmap(rows.map { $0.entry.label != nil })),
                .string(rows.map(\.text)),
            ])
    }
}

/// The names that the positions in a ``RejectEntry`` stand for.
struct RejectNames: Sendable {
    let rules: [CleaningRule]
    let columns: [String]
}
