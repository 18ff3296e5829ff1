import DataPrep

/// A message that is no transaction.
struct DeadLetter {
    let partition: TopicPartition
    let offset: Int64
    let key: [UInt8]?
    let value: [UInt8]
    let problem: TransactionJSONError
}
