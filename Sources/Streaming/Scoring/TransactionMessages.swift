package import Scoring

/// What the messages of a scoring stream are: how they are read, ordered and scored. The first model decides it.
package protocol TransactionMessages: Sendable {
    /// A transaction as a message has it.
    associatedtype Item: Sendable
    /// Orders the transactions of one time.
    associatedtype ID: Comparable & Sendable
    /// What became known of a transaction.
    associatedtype Label
    /// Why a message is no transaction or no label.
    associatedtype Failure: Error

    /// At or before all ids.
    static var lowestID: ID { get }

    func decode(_ text: UnsafeBufferPointer<UInt8>) throws(Failure) -> Item
    /// Microseconds since 1970-01-01T00:00:00.
    func time(of item: Item) -> Int64
    func id(of item: Item) -> ID

    /// How far one partition may be ahead of another; nil for no limit. Below 0, a message waits until the others are later.
    /// - Parameter chosen: What the settings say.
    func alignment(_ chosen: Duration?) -> Duration?

    /// Scores transactions in their order, and appends a result for each. Its key is the transaction's id, where there is one: a
    /// result that is sent again after a crash goes to the same partition as its first copy.
    /// - Returns: how many transactions are predicted to be frauds.
    func score(
        _ items: [Item], by scorer: OnlineScorer, threads: Int, into results: inout MessageBatch
    ) throws -> Int

    func decodeLabel(_ text: UnsafeBufferPointer<UInt8>) throws(Failure) -> Label
    func apply(_ label: Label, to scorer: OnlineScorer) throws

    /// Another model scores from now on.
    mutating func adopt(_ model: FraudModel)
}
