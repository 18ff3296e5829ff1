import Features
public import ModelKit

/// Says which features move a score most, in the words of their definitions.
public struct ReasonCodes: Sendable {
    private let phrases: [FeaturePhrase]

    /// The words of a model's features, in their order: those of its plan, of the plan that declares its fixed set, or, for
    /// columns used as they are, the columns' names.
    public init(_ features: FeatureDefinition) {
        let declared: [FeatureDeclaration]
        switch features {
        case .columns(let names): declared = names.map { FeatureDeclaration($0, .column($0)) }
        case .plan(let plan, _): declared = plan.features
        case .pipeline(let pipeline):
            declared =
                switch pipeline.featureSet {
                case .basic: FeaturePlan.basic.features
                case .windows: FeaturePlan.windows(pipeline.windows).features
                }
        }
        phrases = declared.filter(\.isOutput).map(FeaturePhrase.init)
    }

    /// The reasons for one row's score, the strongest first. Features that do not move it are left out.
    /// - Parameters:
    ///   - count: how many at most.
    ///   - row: of the explanation and of the features that it explains.
    public func reasons(_ count: Int, row: Int, of explanation: Explanation, _ features: FeatureMatrix) -> [ReasonCode]
    {
        explanation.top(count, row: row).map { contribution in
            let name = explanation.featureNames[contribution.feature]
            let phrase = phrases.indices.contains(contribution.feature) ? phrases[contribution.feature] : nil
            let stored = Double(features.columns[contribution.feature][row])
            let value = stored.isNaN ? nil : stored
            let direction = contribution.value > 0 ? "raises the score" : "lowers the score"
            let statement = phrase?.statement(value) ?? "\(name) is \(FeaturePhrase.text(stored))"
            return ReasonCode(
                feature: name, value: value, unit: phrase?.unit ?? "", contribution: contribution.value,
                text: "\(statement) (\(direction))")
        }
    }
}
