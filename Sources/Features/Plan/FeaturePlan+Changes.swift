extension FeaturePlan {
    /// The feature of that name; nil if there is none.
    public subscript(name: String) -> FeatureDeclaration? { features.first { $0.name == name } }

    /// The plan with more features at its end. A feature replaces an earlier one of its name, where that is.
    public func adding(_ features: [FeatureDeclaration]) -> FeaturePlan {
        var plan = self
        for feature in features {
            if let index = plan.features.firstIndex(where: { $0.name == feature.name }) {
                plan.features[index] = feature
            } else {
                plan.features.append(feature)
            }
        }
        return plan
    }

    /// The plan with more features at its end. A feature replaces an earlier one of its name, where that is.
    public func adding(_ features: FeatureDeclaration...) -> FeaturePlan { adding(features) }
}
