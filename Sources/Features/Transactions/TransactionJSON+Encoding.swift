public import Columnar
import Essentials

extension TransactionJSON {
    /// Appends a transaction as a JSON object without white space, its fields in the schema's order. Labels that are
    /// nil are left out; an amount that is not finite becomes null, since JSON has no such numbers.
    public static func append(
        _ transaction: Transaction, dateTimeForm: CivilDateTime.TextForm = .iso8601, to text: inout [UInt8]
    ) {
        append("{\"transaction_id\":", to: &text)
        append(transaction.transactionID, to: &text)
        append(",\"tx_datetime\":\"", to: &text)
        CivilDateTime.append(microseconds: transaction.dateTime, as: dateTimeForm, to: &text)
        append("\",\"customer_id\":", to: &text)
        append(transaction.customerID, to: &text)
        append(",\"terminal_id\":", to: &text)
        append(transaction.terminalID, to: &text)
        append(",\"tx_amount\":", to: &text)
        append(transaction.amount, to: &text)
        append(",\"tx_time_seconds\":", to: &text)
        append(transaction.timeSeconds, to: &text)
        append(",\"tx_time_days\":", to: &text)
        append(Int64(transaction.timeDays), to: &text)
        if let fraud = transaction.fraud {
            append(",\"tx_fraud\":", to: &text)
            append(Int64(fraud), to: &text)
        }
        if let scenario = transaction.fraudScenario {
            append(",\"tx_fraud_scenario\":", to: &text)
            append(Int64(scenario), to: &text)
        }
        text.append(UInt8(ascii: "}"))
    }

    /// Appends a score as `{"transaction_id":0,"probability":0.25,"prediction":0}`; the probability reads back to the same double.
    public static func appendScore(
        transactionID: Int64, probability: Double, prediction: Int32, to text: inout [UInt8]
    ) {
        append("{\"transaction_id\":", to: &text)
        append(transactionID, to: &text)
        append(",\"probability\":", to: &text)
        append(probability, to: &text)
        append(",\"prediction\":", to: &text)
        append(Int64(prediction), to: &text)
        text.append(UInt8(ascii: "}"))
    }

    static func append(_ constant: StaticString, to text: inout [UInt8]) {
        text.append(contentsOf: UnsafeBufferPointer(start: constant.utf8Start, count: constant.utf8CodeUnitCount))
    }

    static func append(_ value: Int64, to text: inout [UInt8]) { text.append(decimal: value) }

    /// The shortest text that reads back to the same double.
    static func append(_ value: Double, to text: inout [UInt8]) {
        guard value.isFinite else { return append("null", to: &text) }
        // Most amounts are whole hundredths: digits then come from an integer, several times as fast.
        let hundredths = (value * 100).rounded()
        guard hundredths >= 0, hundredths < 1e15, hundredths / 100 == value, value.sign == .plus else {
            return text.append(contentsOf: value.description.utf8)
        }
        let integer = UInt64(hundredths)
        text.append(decimal: integer / 100)
        text.append(UInt8(ascii: "."))
        let fraction = UInt8(truncatingIfNeeded: integer % 100)
        text.append(0x30 | fraction / 10)
        if fraction % 10 != 0 { text.append(0x30 | fraction % 10) }
    }
}
