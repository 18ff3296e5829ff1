/// Something in the data that looks wrong.
public struct DataFinding: Sendable, Hashable, Codable {
    /// How much it matters.
    public enum Severity: String, Sendable, Hashable, Codable, CaseIterable {
        /// Worth knowing.
        case note
        /// Probably an error in the data, or the wrong column.
        case warning
        /// Results would be wrong or impossible.
        case error
    }

    /// What it is.
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        /// The data set has no rows.
        case noRows = "no_rows"
        /// Not every file has the column, or it cannot be read.
        case unavailableColumn = "unavailable_column"
        /// All rows have the same value.
        case constantColumn = "constant_column"
        /// More than 95 % of the rows have no value.
        case mostlyMissing = "mostly_missing"
        /// More than 95 % of the values, but not all, are the same.
        case dominantValue = "dominant_value"
        /// 1 % or more of the texts, but not all, are numbers.
        case mixedText = "mixed_text"
        /// Texts whose bytes are not UTF-8.
        case invalidUTF8 = "invalid_utf8"
        /// Infinite values, and values beyond a million times both the median and the distance of the quartiles.
        case extremeValues = "extreme_values"
        /// Rows have the id of an earlier one.
        case repeatedIDs = "repeated_ids"
        /// Amounts that are 0 or below.
        case amountsNotPositive = "amounts_not_positive"
        /// The column of amounts is text.
        case amountsNotNumbers = "amounts_not_numbers"
        /// The label has more than two values.
        case labelValues = "label_values"
        /// Rows without a label.
        case missingLabels = "missing_labels"
        /// No row is a fraud, or every one.
        case singleClass = "single_class"
        /// A column that tells frauds from genuine rows almost perfectly: a ROC AUC above 0.99 on a sample.
        case labelLeak = "label_leak"
        /// Rows without a time that can be read.
        case missingTimes = "missing_times"
        /// Rows are not in the order of time.
        case unorderedTime = "unordered_time"
        /// Days without rows, more than ten times as many as there usually are from one day with rows to the next.
        case timeGap = "time_gap"
    }

    /// What it is.
    public var kind: Kind
    /// How much it matters.
    public var severity: Severity
    /// The column, if it is one.
    public var column: String?
    /// A sentence for people, without the column's name.
    public var text: String

    /// A finding.
    public init(_ kind: Kind, _ severity: Severity, column: String? = nil, _ text: String) {
        self.kind = kind
        self.severity = severity
        self.column = column
        self.text = text
    }
}
