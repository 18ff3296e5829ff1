import Columnar
import Features
import Testing

@Suite struct TransactionColumnsTests {
    private let columns: [(name: String, column: Column)] = [
        ("tx_fraud", .int32([0, 1])),
        ("tranaction_id", .int64([7, 8])),
        ("TX_DATETIME", .timestamp([1_500, -1], unit: .milliseconds)),
        ("customer_id", .int32([596, 4961])),
        ("terminal_id", .int64([3156, 3412])),
        ("tx_amount", .float32([57.5, 81.25])),
        ("tx_time_seconds", .int32([31, 130])),
        ("tx_time_days", .int64([0, 1])),
        ("something else", .string(["a", "b"])),
    ]

    private func batch(replacing name: String, with column: Column?) throws -> RecordBatch {
        try RecordBatch(
            columns.compactMap { entry in
                guard entry.name == name else { return entry }
                return column.map { (name, $0) }
            })
    }

    @Test func columnsAreFoundByAnySpellingAndConverted() throws {
        let transactions = try TransactionColumns(RecordBatch(columns))
        #expect(transactions.transactionID == [7, 8])
        #expect(transactions.dateTime == [1_500_000, -1000])
        #expect(transactions.customerID == [596, 4961])
        #expect(transactions.amount == [57.5, 81.25])
        #expect(transactions.timeSeconds == [31, 130])
        #expect(transactions.timeDays == [0, 1])
        #expect(try transactions.labels() == [0, 1])
        #expect(transactions.fraudScenario == nil)
        #expect(transactions[1].fraud == 1 && transactions[1].terminalID == 3412)
    }

    @Test func nanosecondsAreRoundedDown() throws {
        let times = Column.timestamp([1999, -1], unit: .nanoseconds, isUTC: true)
        let transactions = try TransactionColumns(try batch(replacing: "TX_DATETIME", with: times))
        #expect(transactions.dateTime == [1, -1])
    }

    @Test func wholeNumbersOfFloatingPointAreIntegers() throws {
        for name in ["customer_id", "tx_time_days", "tx_fraud", "tx_time_seconds"] {
            for column in [Column.float64([0, 1]), .float32([0, 1])] {
                let taken = try TransactionColumns(batch(replacing: name, with: column))
                let values: [Int64] =
                    switch name {
                    case "customer_id": taken.customerID
                    case "tx_time_days": taken.timeDays.map(Int64.init)
                    case "tx_time_seconds": taken.timeSeconds
                    default: try taken.labels().map(Int64.init)
                    }
                #expect(values == [0, 1], "\(name)")
            }
        }
        let limits = try TransactionColumns(batch(replacing: "customer_id", with: .float64([0x1p53 - 1, 1 - 0x1p53])))
        #expect(limits.customerID == [(1 << 53) - 1, 1 - (1 << 53)])
        for (value, text) in [(0.5, "0.5"), (0x1p53 + 2, "9.007199254740994e+15"), (1e300, "1e+300"), (.nan, "nan")] {
            #expect(
                throws: TransactionError.invalidValue(
                    column: "customer_id", row: 1, value: text,
                    expected: "a whole number below 9007199254740992, as it is float64")
            ) { try TransactionColumns(batch(replacing: "customer_id", with: .float64([1, value]))) }
        }
        #expect(throws: TransactionError.self) {
            try TransactionColumns(batch(replacing: "customer_id", with: .float32([1, 0x1p25])))
        }
        #expect(throws: TransactionError.self) {
            try TransactionColumns(batch(replacing: "tx_time_days", with: .float64([1, 0x1p40])))
        }
    }

    @Test func unknownLabelsOfFloatingPointAreNull() throws {
        let unknown = Column.float64([.nan, 1])
        let null = Column.float64([0, 1], validity: Bitmap([false, true]))
        for column in [unknown, null] {
            let taken = try TransactionColumns(batch(replacing: "tx_fraud", with: column))
            #expect(taken[0].fraud == nil && taken[1].fraud == 1)
            #expect(throws: TransactionError.missingValue(column: "tx_fraud", row: 0)) { try taken.labels() }
        }
    }

    @Test func datesAreTheirMidnight() throws {
        let taken = try TransactionColumns(batch(replacing: "TX_DATETIME", with: .date([1, -1])))
        #expect(taken.dateTime == [86_400_000_000, -86_400_000_000])
    }

    @Test func singleTransactionsAndTablesAreTheSame() throws {
        let transactions = try TransactionColumns(RecordBatch(columns))
        let rows = [transactions[0], transactions[1]]
        let again = TransactionColumns(rows)
        #expect(try again.recordBatch() == transactions.recordBatch())
        #expect(try TransactionColumns(again.recordBatch())[0] == rows[0])
        var unknown = rows
        unknown[1].fraud = nil
        let partly = TransactionColumns(unknown)
        #expect(partly.fraud == [0, 0] && partly[1].fraud == nil && partly[0].fraud == 0)
        #expect(throws: TransactionError.missingValue(column: "tx_fraud", row: 1)) { try partly.labels() }
        #expect(
            try TransactionColumn.tableSchema.selecting(TransactionColumn.unlabelledTableSchema.names)
                == TransactionColumn.unlabelledTableSchema)
    }

    @Test func whatIsUnusableIsNamed() throws {
        let nulls = Bitmap([true, false])
        #expect(throws: TransactionError.missingValue(column: "customer_id", row: 1)) {
            try TransactionColumns(batch(replacing: "customer_id", with: .int64([1, 2], validity: nulls)))
        }
        #expect(throws: TransactionError.wrongType(column: "terminal_id", expected: "int64", actual: .string)) {
            try TransactionColumns(batch(replacing: "terminal_id", with: .string(["1", "Err"])))
        }
        #expect(throws: TransactionError.self) {
            try TransactionColumns(batch(replacing: "tx_time_days", with: .int64([0, 1 << 40])))
        }
        #expect(throws: TransactionError.self) {
            try TransactionColumns(batch(replacing: "TX_DATETIME", with: .timestamp([0, .max], unit: .milliseconds)))
        }
        do {
            _ = try TransactionColumns(batch(replacing: "tx_amount", with: nil))
            Issue.record("a table without amounts was taken")
        } catch {
            #expect("\(error)".contains("'tx_amount'"))
        }
    }

    @Test func labelsMustBeZeroOrOne() throws {
        let strange = try TransactionColumns(batch(replacing: "tx_fraud", with: .int64([0, 2])))
        #expect(throws: TransactionError.invalidValue(column: "tx_fraud", row: 1, value: "2", expected: "0 or 1")) {
            try strange.labels()
        }
        let known = try TransactionColumns(batch(replacing: "tx_fraud", with: .boolean([true, false])))
        #expect(try known.labels() == [1, 0])
        let absent = try TransactionColumns(batch(replacing: "tx_fraud", with: nil))
        #expect(throws: TransactionError.self) { try absent.labels() }
    }
}
