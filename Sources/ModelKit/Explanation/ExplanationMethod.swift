/// What "a feature is not known" means to a ``ScoreExplainer``.
public enum ExplanationMethod: String, Sendable, Hashable, Codable, CaseIterable {
    /// Both sides of a node on the feature count, in the proportions of the training rows: `path_dependent` of Lundberg et
    /// al., "From local explanations to global understanding with explainable AI for trees" (Nature Machine Intelligence
    /// 2020), which is also LightGBM's `pred_contrib` and, with ``TreeCover/weights``, XGBoost's `pred_contribs`. Needs no
    /// data. A logistic regression has no paths; its features count as their means in training.
    case treePath = "tree-path"
    /// The feature has the values of a background's rows: Shapley values of the mean prediction, `interventional` in the same paper.
    /// A feature that the model does not use gets exactly 0.
    case interventional
}
