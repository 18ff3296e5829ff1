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

    /// Other names under which source files have the column.
    package var spellings: [String] { self == .transactionID ? ["tranaction_id"] : [] }

    /// The column of a name: the names above and the source files' misspelt `tranaction_id`, in any case.
    public init?(spelling: String) {
        let name = spelling.lowercased()
        guard
            let column = TransactionColumn(rawValue: name)
                ?? TransactionColumn.allCases.first(where: { $0.spellings.contains(name) })
        else { return nil }
        self = column
    }

    /// Those that are known when a transaction is to be scored.
    package static let unlabelled = allCases.filter { !$0.isLabel }

    /// Those that training needs.
    package static let labelled = unlabelled + [.fraud]

    /// The customer ids that stand for 'unknown'.
    public static let unknownCustomers: [Int64] = [-999_999, -9999]

    /// Texts, in lower case, that mean a missing value in raw files; an empty one does, too.
    package static let missingWords: [StaticString] = ["none", "null", "err", "nan"]
}
