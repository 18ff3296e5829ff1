import Essentials

extension TransactionSchema {
    /// The nine columns of ``TransactionColumn``, as cleaning reads them.
    public static let handbook = TransactionSchema(
        name: "handbook",
        columns: TransactionColumn.allCases.map { column in
            SchemaColumn(
                column.name, type(of: column), role: role(of: column), spellings: column.spellings,
                unknownCodes: column == .customerID ? TransactionColumn.unknownCustomers.map(String.init) : [])
        }, missingMarkers: TransactionColumn.missingWords.map(\.description))

    private static func type(of column: TransactionColumn) -> SchemaColumnType {
        switch column {
        case .transactionID, .customerID, .terminalID, .timeSeconds: .integer()
        case .dateTime: .timestamp()
        case .amount: .float()
        case .timeDays, .fraud, .fraudScenario: .integer(width: .bits32)
        }
    }

    private static func role(of column: TransactionColumn) -> ColumnRole {
        switch column {
        case .transactionID: .id
        case .dateTime: .time
        case .customerID, .terminalID: .key
        case .amount: .amount
        case .timeSeconds, .timeDays: .attribute
        case .fraud:
            .label(
                fraud: ["1"] + ASCIIWord.trueWords.map(\.description),
                genuine: ["0"] + ASCIIWord.falseWords.map(\.description))
        case .fraudScenario: .ignored
        }
    }
}
