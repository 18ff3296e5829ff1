import Columnar
import JSONText

extension TransactionJSON {
    /// Reads one label:
    ///
    ///     {"transaction_id":0,"tx_datetime":"2019-08-22T00:00:31.000Z","terminal_id":3156,"tx_fraud":1}
    ///
    /// The four fields are read as ``decode(_:)-(UnsafeBufferPointer<UInt8>)`` reads them, and other keys are skipped, so that a
    /// whole transaction with its `tx_fraud` is a label too.
    /// - Throws: ``TransactionJSONError`` with the byte offset and the field; also for a `tx_fraud` that is neither 0 nor 1.
    public static func decodeLabel(_ text: UnsafeBufferPointer<UInt8>) throws(TransactionJSONError) -> TransactionLabel
    {
        var decoder = TransactionDecoder(text)
        let transaction = try decoder.decode(requiring: TransactionDecoder.labelFields)
        guard let fraud = transaction.fraud, fraud == 0 || fraud == 1 else {
            throw TransactionJSONError(.outOfRange, at: decoder.fraudOffset, field: .fraud)
        }
        return TransactionLabel(
            transactionID: transaction.transactionID, dateTime: transaction.dateTime,
            terminalID: transaction.terminalID, isFraud: fraud == 1)
    }

    /// Reads one label from an array's bytes.
    /// - Throws: ``TransactionJSONError`` with the byte offset and the field.
    public static func decodeLabel(_ text: [UInt8]) throws(TransactionJSONError) -> TransactionLabel {
        let result = text.withUnsafeBufferPointer { text in
            Result { () throws(TransactionJSONError) in try decodeLabel(text) }
        }
        return try result.get()
    }

    /// Appends a label as a JSON object without white space, in the form that ``decodeLabel(_:)-([UInt8])`` reads.
    public static func append(_ label: TransactionLabel, to text: inout [UInt8]) {
        append("{\"transaction_id\":", to: &text)
        append(label.transactionID, to: &text)
        append(",\"tx_datetime\":\"", to: &text)
        CivilDateTime.append(microseconds: label.dateTime, as: .iso8601, to: &text)
        append("\",\"terminal_id\":", to: &text)
        append(label.terminalID, to: &text)
        append(label.isFraud ? ",\"tx_fraud\":1}" : ",\"tx_fraud\":0}", to: &text)
    }
}
