extension CleaningReport {
    /// One run of an ``IncrementalCleaner``, and the data set after it.
    public struct Increment: Sendable, Hashable, Codable {
        /// What the run did.
        public enum Action: String, Sendable, Hashable, Codable {
            /// The first files were cleaned.
            case created
            /// The rows of new files were appended.
            case appended
            /// All files were cleaned again, and replaced the data set.
            case rebuilt
            /// There was nothing new, and nothing was changed.
            case unchanged
        }

        /// What the run did.
        public var action: Action
        /// The number of the run, from 1; if there was nothing new, of the last one that changed the data set.
        public var run: Int
        /// Files that earlier runs have cleaned and that have not changed since.
        public var skipped: [Input]
        /// The fences for all rows; nil until there was an amount to measure.
        public var fences: Fences?
        /// All files cleaned so far.
        public var files: Int
        /// All rows read so far; the sum over the runs since the data set was last built from its first file.
        public var totalRowsRead: Int
        /// All rows of the data set.
        public var totalRowsKept: Int
        /// How many rows each rule has dropped so far, in the order of the rules.
        public var totalDropped: [RuleTotal]
        /// All files of the data set, with their folders.
        public var dataFiles: [String]
    }

    /// The rows of all runs that a rule dropped.
    public struct RuleTotal: Sendable, Hashable, Codable {
        /// The rule that they broke.
        public var rule: CleaningRule
        /// How many rows.
        public var rows: Int
        /// Rows among them whose tx_fraud is readable and 1.
        public var frauds: Int
    }

    /// The bounds of the outlier rule in an incremental data set.
    public struct Fences: Sendable, Hashable, Codable {
        /// The run that measured them.
        public var run: Int
        /// Amounts below it are dropped; nil for no bound.
        public var lower: Double?
        /// Amounts above it are dropped; nil for no bound.
        public var upper: Double?
    }
}
