extension FeaturePlan {
    /// Features for any transactions, made from the roles of a schema's columns: amount, attributes and categories, the time, how
    /// often and how recently each key and pair of keys was seen, amounts against what is usual for each key, bursts, frauds known
    /// by then, and distances between points. ``tableRows`` says what they are.
    /// - Throws: ``FeaturePlanError/nothingToDerive`` where no column has a role of use;
    ///   ``FeaturePlanError/tooManyFeatures(count:limit:)`` for very many columns.
    public static func extended(for schema: TransactionSchema) throws(FeaturePlanError) -> FeaturePlan {
        var builder = ExtendedPlanBuilder(schema)
        try builder.addFamilies()
        let plan = FeaturePlan(name: "extended", features: builder.features)
        guard !plan.names.isEmpty else { throw .nothingToDerive }
        try plan.validate(for: schema)
        return plan
    }
}
