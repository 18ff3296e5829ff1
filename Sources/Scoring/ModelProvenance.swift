/// Where a model comes from.
public struct ModelProvenance: Sendable, Hashable, Codable {
    /// When it was trained, in ISO 8601 (`2019-08-22T00:00:31Z`).
    public var createdAt: String
    /// The place of the training data.
    public var data: String
    /// How many rows it was trained on.
    public var rows: Int
    /// The learner and its settings, as text.
    public var parameters: [String: String]
    /// Figures measured at training, such as `roc_auc`.
    public var metrics: [String: Double]
    /// The version of this library.
    public var libraryVersion: String

    /// Describes a model trained by this version of the library.
    public init(
        createdAt: String, data: String, rows: Int, parameters: [String: String] = [:], metrics: [String: Double] = [:]
    ) {
        self.createdAt = createdAt
        self.data = data
        self.rows = rows
        self.parameters = parameters
        self.metrics = metrics
        libraryVersion = ModelProvenance.currentLibraryVersion
    }

    /// The version of this library.
    public static let currentLibraryVersion = "0.1.0"

    private enum CodingKeys: String, CodingKey {
        case createdAt = "created_at"
        case data
        case rows
        case parameters
        case metrics
        case libraryVersion = "library_version"
    }
}
