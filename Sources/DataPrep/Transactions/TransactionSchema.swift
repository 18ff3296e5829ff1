public import Columnar

/// The nine columns of a card transaction.
public enum TransactionColumn: String, Sendable, Hashable, CaseIterable {
    case transactionID = "transaction_id"
    case dateTime = "tx_datetime"
    case customerID = "customer_id"
    case terminalID = "terminal_id"
    case amount = "tx_amount"
    case timeSeconds = "tx_time_seconds"
    case timeDays = "tx_time_days"
    case fraud = "tx_fraud"
    case fraudScenario = "tx_fraud_scenario"

    /// The column's name in all files and messages that this library writes.
    public var name: String { rawValue }

    /// The column's type in all files that this library writes.
    public var type: DataType {
        switch self {
        case .transactionID, .customerID, .terminalID, .timeSeconds: .int64
        case .dateTime: .timestamp(unit: .microseconds, isUTC: false)
        case .amount: .float64
        case .timeDays, .fraud, .fraudScenario: .int32
        }
    }

    /// Whether the column tells what happened later, and so is absent from a transaction that is to be scored.
    public var isLabel: Bool { self == .fraud || self == .fraudScenario }

    /// The column of a name: the names above and the source files' misspelt `tranaction_id`, in any case.
    public init?(spelling: String) {
        let name = spelling.lowercased()
        if let column = TransactionColumn(rawValue: name) {
            self = column
        } else if name == "tranaction_id" {
            self = .transactionID
        } else {
            return nil
        }
    }
}

/// The table of transactions as this library writes it.
public enum TransactionSchema {
    /// All nine columns, in the order of the source files.
    public static let schema = schema(of: TransactionColumn.allCases)

    /// The seven columns that are known when a transaction is to be scored.
    public static let unlabelled = schema(of: TransactionColumn.unlabelled)

    /// The position of a column in a schema under any of its spellings; an exact name takes precedence over other
    /// spellings.
    public static func index(of column: TransactionColumn, in schema: Schema) -> Int? {
        schema.index(of: column.name) ?? schema.fields.firstIndex { TransactionColumn(spelling: $0.name) == column }
    }

    /// The name under which a table has a requested column: that name, or another spelling of a transaction's column;
    /// the name itself if the table has neither.
    package static func spelling(of name: String, in schema: Schema) -> String {
        guard schema.index(of: name) == nil, let column = TransactionColumn(spelling: name),
            let index = index(of: column, in: schema)
        else { return name }
        return schema.fields[index].name
    }

    private static func schema(of columns: [TransactionColumn]) -> Schema {
        do {
            return try Schema(columns.map { Field($0.name, $0.type) })
        } catch {
            // A schema refuses only duplicate names, and the cases of an enumeration are distinct.
            preconditionFailure("the columns have distinct names: \(error)")
        }
    }
}
