import Columnar

/// Where a model comes from.
public struct ModelProvenance: Sendable, Hashable, Codable {
    /// When it was trained, in ISO 8601 (`2019-08-22T00:00:31Z`).
    public var createdAt: String
    /// The location of the training data.
    public var data: String
    /// How many rows it was trained on.
    public var rows: Int
    /// The time of the first transaction that it was trained on, as `yyyy-MM-dd HH:mm:ss`, with a fraction where there is one;
    /// nil where times are not known, as in models of earlier versions.
    public var trainedFrom: String?
    /// The time of the last one, likewise: later transactions are new to the model.
    public var trainedThrough: String?
    /// The column with the labels if it is not `tx_fraud`. Histories take labels from it, too, where a table has it.
    public var label: String?
    /// The learner and its settings, as text.
    public var parameters: [String: String]
    /// Metrics measured at training, such as `roc_auc`.
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

    /// The times of the first and the last transaction trained on, microseconds since 1970-01-01T00:00:00.
    package var trainedTimes: ClosedRange<Int64>? {
        get {
            guard let first = trainedFrom.flatMap(CivilDateTime.microseconds(parsing:)),
                let last = trainedThrough.flatMap(CivilDateTime.microseconds(parsing:)), first <= last
            else { return nil }
            return first...last
        }
        set {
            trainedFrom = newValue.map { CivilDateTime.text(microseconds: $0.lowerBound) }
            trainedThrough = newValue.map { CivilDateTime.text(microseconds: $0.upperBound) }
        }
    }

    /// The version of this library.
    public static let currentLibraryVersion = "0.2.0"

    private enum CodingKeys: String, CodingKey {
        case createdAt = "created_at"
        case data
        case rows
        case trainedFrom = "trained_from"
        case trainedThrough = "trained_through"
        case label
        case parameters
        case metrics
        case libraryVersion = "library_version"
    }
}
