import JSONText

typealias PlanMembers = DocumentMembers<FeaturePlanError>

extension PlanMembers {
    mutating func duration(_ name: String) throws(FeaturePlanError) -> FeatureDuration? {
        try parsed(name, expected: "a length of at most 3650d, such as 90s, 15m, 1h, 7d or 2w") { FeatureDuration($0) }
    }

    mutating func expression(_ name: String) throws(FeaturePlanError) -> RowExpression? {
        guard let text = try text(name) else { return nil }
        do {
            return try RowExpression(text)
        } catch {
            throw failure(name, .string(text), "an expression: \(error)")
        }
    }
}
