import Columnar

/// One card transaction, for HTTP and message queues; tables are ``TransactionColumns``.
public struct Transaction: Sendable, Hashable {
    /// Unique, except for rare errors in the data.
    public var transactionID: Int64
    /// Wall-clock microseconds since 1970-01-01T00:00:00.
    public var dateTime: Int64
    /// Who paid; -9999 and -999999 mean 'unknown' in raw data.
    public var customerID: Int64
    /// Where it was paid.
    public var terminalID: Int64
    /// What was paid.
    public var amount: Double
    /// Seconds since midnight of the first day of the data.
    public var timeSeconds: Int64
    /// Whole days since the first day of the data.
    public var timeDays: Int32
    /// 1 for a fraud, 0 for none, nil if not known.
    public var fraud: Int32?
    /// The simulator's scenario, 0 to 3; never a feature.
    public var fraudScenario: Int32?

    /// Creates a transaction from its parts.
    public init(
        transactionID: Int64, dateTime: Int64, customerID: Int64, terminalID: Int64, amount: Double,
        timeSeconds: Int64 = 0, timeDays: Int32 = 0, fraud: Int32? = nil, fraudScenario: Int32? = nil
    ) {
        self.transactionID = transactionID
        self.dateTime = dateTime
        self.customerID = customerID
        self.terminalID = terminalID
        self.amount = amount
        self.timeSeconds = timeSeconds
        self.timeDays = timeDays
        self.fraud = fraud
        self.fraudScenario = fraudScenario
    }
}

extension Transaction {
    /// ``dateTime`` of a text such as `2019-08-22 06:51:03`, `2019-08-22T06:51:03.25` or `2019-08-22T06:51:03+02:00`.
    /// - Returns: nil where the text is not a time of the calendar. A zone is converted to UTC.
    public static func dateTime(parsing text: some StringProtocol) -> Int64? {
        CivilDateTime.microseconds(parsing: text)
    }
}
