public import ModelKit

/// Which version of a registered model is to replace which one, and on what conditions.
public struct PromotionRequest: Sendable {
    /// `models:/NAME/VERSION`, `models:/NAME@ALIAS`, or `runs:/ID/PATH` of a run whose model is registered.
    public var candidate: String
    /// `models:/NAME@ALIAS`.
    public var champion: String
    /// Labelled transactions; nil only with ``PromotionPolicy/always``.
    public var data: String?
    /// The column of labels; nil for the candidate's.
    public var label: String?
    /// Which candidates are accepted.
    public var policy: PromotionPolicy
    /// Whether nothing is logged and the alias is left alone.
    public var isDryRun: Bool
    /// Whether rows are judged that the models were trained on.
    public var includesTrainingRows: Bool
    /// The location of an HTML page to write; nil for none.
    public var report: String?
    /// Bootstrap samples and seed.
    public var settings: ModelComparison.Settings

    /// A request that promotes a better candidate.
    public init(
        candidate: String, champion: String, data: String?, label: String? = nil,
        policy: PromotionPolicy = .better, isDryRun: Bool = false, includesTrainingRows: Bool = false,
        report: String? = nil, settings: ModelComparison.Settings = ModelComparison.Settings()
    ) {
        self.candidate = candidate
        self.champion = champion
        self.data = data
        self.label = label
        self.policy = policy
        self.isDryRun = isDryRun
        self.includesTrainingRows = includesTrainingRows
        self.report = report
        self.settings = settings
    }
}
