package import Essentials

extension Date {
    /// The time of a message's timestamp.
    /// - Parameter milliseconds: since 1970; Kafka has -1 where a message has no timestamp, and that gives nil.
    package init?(kafkaTimestamp milliseconds: Int64) {
        guard milliseconds >= 0 else { return nil }
        self.init(timeIntervalSince1970: Double(milliseconds) / 1_000)
    }
}
