extension TransactionSchema {
    /// The columns that a model with a plan of features needs of a transaction: those that the plan looks at, and id, time,
    /// amount, label and the time at which that is known.
    public func restricted(to plan: FeaturePlan) -> TransactionSchema {
        let inputs = Set(plan.inputColumns(of: self).map(\.name))
        var schema = self
        schema.columns = columns.filter { column in
            switch column.role.kind {
            case .id, .time, .amount, .label, .knownAt: true
            default: inputs.contains(column.name)
            }
        }
        return schema
    }
}
