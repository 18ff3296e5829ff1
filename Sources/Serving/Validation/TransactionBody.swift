package import Features

/// Reads the seven fields of `POST /predict` as FastAPI with pydantic 2 does: numbers may come as text, whole floats as
/// integers; all problems are reported at once.
package enum TransactionBody {
    /// The transaction, or everything that is wrong with the body. Other fields, `tx_fraud` among them, are ignored.
    ///
    /// The common form is read by a fast decoder that accepts nothing which ``validated(_:)`` would read differently;
    /// whatever it does not accept goes through the full validation, with every lenient form and every message.
    package static func read(_ bytes: UnsafeRawBufferPointer) -> Result<Transaction, ValidationFailure> {
        if let transaction = try? TransactionJSON.decodePlain(bytes.bindMemory(to: UInt8.self)) {
            return .success(transaction)
        }
        return validated(bytes)
    }

    /// Reads bytes of an array.
    package static func read(_ bytes: [UInt8]) -> Result<Transaction, ValidationFailure> {
        bytes.withUnsafeBytes { read($0) }
    }

    /// The same without the fast decoder.
    package static func validated(_ bytes: some Collection<UInt8>) -> Result<Transaction, ValidationFailure> {
        ObjectBody.read(bytes) { reader in
            let values = reader.values(RequestField.transaction)
            return Transaction(
                transactionID: values.integer(.transactionID), dateTime: values.integer(.dateTime),
                customerID: values.integer(.customerID), terminalID: values.integer(.terminalID),
                amount: values.number(.amount), timeSeconds: values.integer(.timeSeconds),
                timeDays: Int32(truncatingIfNeeded: values.integer(.timeDays)))
        }
    }
}
