import Features

/// What the runs of incremental cleaning do with new files.
enum IncrementalWork: Sendable {
    case transactions(CleaningPlan)
    case table(TableCleaner)

    /// The plan that reports and the state show.
    var plan: CleaningPlan {
        switch self {
        case .transactions(let plan): plan
        case .table(let cleaner): cleaner.reportedPlan
        }
    }

    /// Nil for the nine columns.
    var tablePlan: TableCleaningPlan? {
        guard case .table(let cleaner) = self else { return nil }
        return cleaner.plan
    }

    /// The schema as JSON; nil for the nine columns.
    var schema: String? {
        guard case .table(let cleaner) = self else { return nil }
        return String(decoding: cleaner.schema.json, as: UTF8.self)
    }

    /// In their order.
    var rules: [CleaningRule] { tablePlan?.checks.map(\.rule) ?? CleaningRule.allCases }
}
