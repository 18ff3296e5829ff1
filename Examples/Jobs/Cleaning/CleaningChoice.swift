package import DataPrep
package import Features

/// What is cleaned, and by which plan.
package enum CleaningChoice: Sendable {
    /// The nine columns.
    case transactions(CleaningPlan)
    /// The columns of a schema.
    case table(TransactionSchema, TableCleaningPlan)
}
