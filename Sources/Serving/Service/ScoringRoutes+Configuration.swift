extension ScoringRoutes {
    /// What routes accept, and whether they learn from it.
    public struct Configuration: Sendable, Hashable {
        /// Bytes of the body of `POST /predict`; longer ones get 413.
        public var maximumBodySize: Int
        /// Bytes of the body of `POST /labels`, some 8,000 labels by default; longer ones get 413.
        public var maximumLabelsSize: Int
        /// Whether a scored transaction then belongs to the history of its customer and terminal. On, a customer's next
        /// transaction sees this one; off, the same request gets the same response.
        public var recordsTransactions: Bool

        /// Sets the limits, in bytes.
        public init(
            maximumBodySize: Int = 64 << 10, maximumLabelsSize: Int = 1 << 20, recordsTransactions: Bool = true
        ) {
            self.maximumBodySize = maximumBodySize
            self.maximumLabelsSize = maximumLabelsSize
            self.recordsTransactions = recordsTransactions
        }
    }
}
