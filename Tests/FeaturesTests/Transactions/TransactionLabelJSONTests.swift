import Features
import Testing

@Suite struct TransactionLabelJSONTests {
    @Test func aLabelIsReadAndWritten() throws {
        let label = TransactionLabel(transactionID: 7, dateTime: 1_566_432_031_000_000, terminalID: 3156, isFraud: true)
        var text: [UInt8] = []
        TransactionJSON.append(label, to: &text)
        #expect(
            String(decoding: text, as: UTF8.self)
                == #"{"transaction_id":7,"tx_datetime":"2019-08-22T00:00:31.000Z","terminal_id":3156,"tx_fraud":1}"#)
        #expect(try TransactionJSON.decodeLabel(text) == label)
        let transaction = Transaction(
            transactionID: 7, dateTime: label.dateTime, customerID: 1, terminalID: 3156, amount: 2, fraud: 1)
        var whole: [UInt8] = []
        TransactionJSON.append(transaction, to: &whole)
        #expect(try TransactionJSON.decodeLabel(whole) == label)
    }

    @Test(arguments: [
        (#"{"transaction_id":7,"tx_datetime":"2019-08-22T00:00:31Z","terminal_id":3156}"#, "missing"),
        (#"{"transaction_id":7,"tx_datetime":"2019-08-22T00:00:31Z","terminal_id":3156,"tx_fraud":null}"#, "missing"),
        (#"{"transaction_id":7,"tx_datetime":"2019-08-22T00:00:31Z","terminal_id":3156,"tx_fraud":2}"#, "out of range"),
        (#"{"transaction_id":7,"tx_datetime":"2019-08-22T00:00:31Z","terminal_id":3156,"tx_fraud":0.5}"#, "integer"),
        (#"{"transaction_id":7,"terminal_id":3156,"tx_fraud":1}"#, "tx_datetime"),
    ])
    func whatIsNoLabelIsNamed(text: String, reason: String) {
        let error = #expect(throws: TransactionJSONError.self) { try TransactionJSON.decodeLabel(Array(text.utf8)) }
        #expect(error?.description.contains(reason) == true)
    }
}
