import Columnar

/// What is wrong with a ``FeaturePlan``, with its JSON, or with its use for a schema.
public indirect enum FeaturePlanError: Error, Sendable, Hashable {
    /// The other error, in that file.
    case inFile(String, FeaturePlanError)

    // The JSON. Paths are such as `features[3].window`.

    /// The bytes are not JSON.
    case notJSON(message: String)
    /// An object has a member that its kind does not have, or that this version does not know.
    case unknownMember(path: String, known: [String])
    /// An object has a member twice.
    case repeatedMember(path: String)
    case missingMember(path: String)
    case invalidMember(path: String, value: String, expected: String)
    /// The plan was written in another version of the format.
    case unsupportedVersion(String)

    // The plan.

    /// No feature is given to models.
    case noOutputs
    case tooManyFeatures(count: Int, limit: Int)
    /// The feature at that position, from 0, has an empty name.
    case unnamedFeature(position: Int)
    /// A name is too long, or has control characters.
    case invalidName(feature: String, reason: String)
    /// Two features have the same name.
    case repeatedName(feature: String)
    /// A setting, such as `window`, contradicts itself or another one.
    case invalidSetting(feature: String, setting: String, reason: String)

    // The plan and a schema.

    /// A feature has the name of a column without being that column.
    case nameOfColumn(feature: String)
    /// A feature names neither a column nor a feature.
    case unknownColumn(feature: String, column: String, nearest: [String])
    /// A feature uses one that is declared after it.
    case declaredLater(feature: String, name: String)
    /// The schema has no such point.
    case unknownPoint(feature: String, point: String, nearest: [String])
    /// The program has not registered such a kind.
    case unknownFunction(feature: String, function: String, nearest: [String])
    /// An expression names what there is not, or types do not suit.
    case invalidExpression(feature: String, ExpressionError)
    case wrongType(feature: String, column: String, type: String, expected: String)
    /// A column whose role keeps it from being a feature: a label, since it is not known yet; when it became known; one that the
    /// schema ignores.
    case forbiddenColumn(feature: String, column: String, role: ColumnRole.Kind)
    /// A feature needs a column of a role that the schema does not have.
    case missingRole(feature: String, role: ColumnRole.Kind)

    // Built-in plans.

    /// There is no built-in plan of that name.
    case unknownPlan(String)
    /// The schema has no column from which features could be made.
    case nothingToDerive
}

extension FeaturePlanError: DocumentError {
    static let documentName = "the plan"
}

extension FeaturePlanError: CustomStringConvertible {
    /// One line that names the feature or path, and the way out.
    public var description: String {
        switch self {
        case .inFile(let file, let error): "\(file): \(error)"
        case .notJSON(let message): message
        case .unknownMember(let path, let known):
            FeaturePlanError.text(unknownMember: path, of: "a plan", known: known)
        case .repeatedMember(let path): "\(QuotedText.value(path)) is given twice"
        case .missingMember(let path): "\(QuotedText.value(path)) is missing"
        case .invalidMember(let path, let value, let expected): "\(path) is \(value), expected \(expected)"
        case .unsupportedVersion(let version):
            "version is \(QuotedText.value(version)): this program reads version \(FeaturePlan.version) of plans, "
                + "and another one is needed"
        case .noOutputs: "the plan gives no feature to models: at least one is declared without \"output\": false"
        case .tooManyFeatures(let count, let limit):
            "the plan has \(count) features, of which there are at most \(limit)"
        case .unnamedFeature(let position): "features[\(position)] has no name"
        case .repeatedName(let feature): "two features are called \(QuotedText.value(feature)): rename one"
        case .invalidName(let feature, let reason): FeaturePlanError.text(feature, reason)
        case .invalidSetting(let feature, let setting, let reason):
            FeaturePlanError.text(feature, "\(setting) \(reason)")
        case .nameOfColumn(let feature):
            FeaturePlanError.text(feature, "a column has that name, and the feature is not that column: rename it")
        case .unknownColumn(let feature, let column, let nearest):
            FeaturePlanError.text(feature, "there is no column or earlier feature \(QuotedText.value(column))", nearest)
        case .declaredLater(let feature, let name):
            FeaturePlanError.text(
                feature, "it uses \(QuotedText.value(name)), which is not declared before it: features use earlier ones"
            )
        case .unknownPoint(let feature, let point, let nearest):
            FeaturePlanError.text(feature, "the schema has no point \(QuotedText.value(point))", nearest)
        case .unknownFunction(let feature, let function, let nearest):
            FeaturePlanError.text(feature, "no kind of feature is registered as \(QuotedText.value(function))", nearest)
        case .invalidExpression(let feature, let error): FeaturePlanError.text(feature, "\(error)")
        case .wrongType(let feature, let column, let type, let expected):
            FeaturePlanError.text(feature, "\(QuotedText.value(column)) is of type \(type), expected \(expected)")
        case .forbiddenColumn(let feature, let column, let role):
            FeaturePlanError.text(
                feature, "\(QuotedText.value(column)) has the role \(role.rawValue) and can be no part of a feature")
        case .missingRole(let feature, let role):
            FeaturePlanError.text(feature, "the schema has no column with the role \(role.rawValue)\(role.note)")
        case .unknownPlan(let name):
            "there is no plan \(QuotedText.value(name))"
                + (NearestNames.question(NearestNames.nearest(to: name, in: FeaturePlan.builtInNames)).map { "; \($0)" }
                    ?? "") + " (plans: \(FeaturePlan.builtInNames.joined(separator: ", ")))"
        case .nothingToDerive:
            "the schema has no amount, time, key or attribute to make features from: give columns their roles"
        }
    }

    private static func text(_ feature: String, _ reason: String, _ nearest: [String] = []) -> String {
        let question = NearestNames.question(nearest).map { "; \($0)" } ?? ""
        return "feature \(QuotedText.value(feature)): \(reason)\(question)"
    }
}

extension ColumnRole.Kind {
    /// Why a feature may need a column of that role.
    fileprivate var note: String {
        switch self {
        case .time: ", by which earlier transactions are found"
        case .label: ", from which frauds are counted"
        case .knownAt: ": without the time when labels are known, a delay above 0 is needed"
        default: ""
        }
    }
}
