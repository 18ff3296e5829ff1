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

    /// The name under which every file and message written here holds the column.
    public var name: String { rawValue }

    /// The type under which every file written here holds the column.
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

    /// The column that a name stands for: the names above and the source files' misspelt `tranaction_id`, in any case.
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

/// The table of transactions as written here.
public enum TransactionSchema {
    /// All nine columns, in the order of the source files.
    public static let schema = schema(of: TransactionColumn.allCases)

    /// The seven columns that are known when a transaction is to be scored.
    public static let unlabelled = schema(of: TransactionColumn.unlabelled)

    /// The position of a column in a schema under any of its spellings; an exact name wins over other spellings.
    public static func index(of column: TransactionColumn, in schema: Schema) -> Int? {
        schema.index(of: column.name) ?? schema.fields.firstIndex { TransactionColumn(spelling: $0.name) == column }
    }

    /// The name under which a table has a column that is asked for: that very name, or another spelling of a transaction's
    /// column; the name itself where the table has neither.
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
            // A schema refuses nothing but a name that occurs twice, and the cases of an enumeration differ.
            preconditionFailure("the columns have distinct names: \(error)")
        }
    }
}
