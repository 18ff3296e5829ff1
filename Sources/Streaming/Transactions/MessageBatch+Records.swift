import Features

extension MessageBatch {
    /// Appends a message whose key is the text of a value, or that has none for null, and whose value the closure appends.
    mutating func append(key: TransactionValue, value: (inout [UInt8]) -> Void) {
        guard key != .null else {
            var bytes: [UInt8] = []
            value(&bytes)
            return append(value: bytes)
        }
        append(key: { key.appendText(to: &$0) }, value: value)
    }
}
