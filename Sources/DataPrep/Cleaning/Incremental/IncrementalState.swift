import StorageIO

/// The state of a data set after the runs so far.
struct IncrementalState: Sendable, Hashable, Codable {
    /// A file that was cleaned.
    struct Input: Sendable, Hashable, Codable {
        /// The path or URL.
        var name: String
        /// Bytes as stored.
        var size: Int64
        /// The store's entity tag; absent where it has none.
        var entityTag: String?
        /// Of the content; see ``InputChecksum``.
        var checksum: String
        var rows: Int
        /// The run that cleaned it.
        var run: Int
    }

    /// A run that added to the data set.
    struct Run: Sendable, Hashable, Codable {
        var number: Int
        /// Its file, in the data set's folder.
        var file: String
        /// Bytes of the file.
        var size: Int64
        var rowsRead: Int
        var rowsKept: Int
        var fraudsKept: Int
        /// In the order of the rules.
        var dropped: [CleaningReport.RuleTotal]
        /// Its file of rejected rows, if they were requested.
        var rejects: String?
    }

    /// A file of ids in the state's folder; no two share an id.
    struct IDs: Sendable, Hashable, Codable {
        var file: String
        /// Bytes of the file.
        var size: Int64
        /// The number of ids.
        var count: UInt64
    }

    var plan: CleaningPlan
    /// The plan of a cleaning by a schema; nil for the nine columns.
    var tablePlan: TableCleaningPlan?
    /// That schema as JSON.
    var schema: String?
    /// Nil until a run has had an amount to measure.
    var fences: CleaningReport.Fences?
    /// In the order in which they were cleaned.
    var inputs: [Input] = []
    /// In ascending order of their numbers.
    var runs: [Run] = []
    /// In the order in which they were written.
    var ids: [IDs] = []

    /// The number of the last run; 0 before the first.
    var lastRun: Int { runs.last?.number ?? 0 }
}

/// A run that has written all of its files, and whose data file is about to be published: that file decides whether the
/// run counts.
struct PendingRun: Sendable, Hashable, Codable {
    /// The state once the data file exists.
    var state: IncrementalState
    /// Data files that the run replaces, by their names; empty for a run that adds to them.
    var replaced: [String]
    /// The folder of rejected rows.
    var rejects: String?

    var part: IncrementalState.Run? { state.runs.last }
}

extension IncrementalState {
    /// How a plan differs from that of earlier runs; nil if they clean in the same way. The share that a rule may drop
    /// can change from run to run.
    func difference(from work: IncrementalWork) -> String? {
        switch (work, tablePlan) {
        case (.transactions(let plan), nil): return difference(from: plan)
        case (.table(let cleaner), let plan?):
            return difference(from: cleaner.plan, earlier: plan, hasOtherSchema: schema != work.schema)
        case (.transactions, _?): return "by a schema, now as the nine columns"
        case (.table, nil): return "as the nine columns, now by a schema"
        }
    }

    private func difference(
        from plan: TableCleaningPlan, earlier: TableCleaningPlan, hasOtherSchema: Bool
    ) -> String? {
        var differences: [String] = []
        if hasOtherSchema { differences.append("another schema") }
        if plan.checks != earlier.checks {
            func text(_ plan: TableCleaningPlan) -> String { plan.checks.map(\.description).joined(separator: "; ") }
            differences.append("rules \(text(earlier)), now \(text(plan))")
        }
        return differences.isEmpty ? nil : differences.joined(separator: "; ")
    }

    private func difference(from other: CleaningPlan) -> String? {
        var differences: [String] = []
        if plan.outliers != other.outliers { differences.append("outliers \(plan.outliers), now \(other.outliers)") }
        if plan.unknownCustomers != other.unknownCustomers {
            differences.append("unknown customers \(plan.unknownCustomers), now \(other.unknownCustomers)")
        }
        if plan.repairsTimeDays != other.repairsTimeDays {
            differences.append(
                "tx_time_days \(plan.repairsTimeDays ? "recomputed, now as read" : "as read, now recomputed")")
        }
        if plan.duplicates != other.duplicates {
            differences.append("duplicates by \(plan.duplicates.rawValue), now by \(other.duplicates.rawValue)")
        }
        return differences.isEmpty ? nil : differences.joined(separator: "; ")
    }
}
