import DataPrep
public import Features
package import StorageIO

/// Where a model's features come from.
public enum FeatureDefinition: Sendable, Hashable {
    /// Computed from transactions and their history.
    case pipeline(FeaturePipeline)
    /// Read unchanged from the numeric or boolean columns of these names; null becomes NaN, 'missing'.
    case columns([String])

    /// The features' names, in the order in which the classifier gets them.
    public var names: [String] {
        switch self {
        case .pipeline(let pipeline): pipeline.names
        case .columns(let names): names
        }
    }

    /// The columns of a data set that scoring needs: those used as they are, or, where a pipeline computes the
    /// features, those of transactions, whatever their spelling, with all optional transaction columns that exist.
    /// - Throws: `DataSetError.unavailableColumn` for one that cannot be read from every file.
    package func columns(of dataSet: DataSet, and others: [String] = []) throws -> [String] {
        switch self {
        case .pipeline: try dataSet.transactionColumns(and: others)
        case .columns(let names): try dataSet.transactionColumns(and: names + others, needing: [])
        }
    }

    /// The pipeline, where there is one.
    public var pipeline: FeaturePipeline? {
        if case .pipeline(let pipeline) = self { pipeline } else { nil }
    }
}

extension FeatureDefinition: Codable {
    private enum CodingKeys: String, CodingKey { case pipeline, columns }

    /// Reads `{"pipeline": {...}}` or `{"columns": [...]}`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        if let pipeline = try container.decodeIfPresent(FeaturePipeline.self, forKey: .pipeline) {
            self = .pipeline(pipeline)
        } else {
            self = .columns(try container.decode([String].self, forKey: .columns))
        }
    }

    /// Writes `{"pipeline": {...}}` or `{"columns": [...]}`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .pipeline(let pipeline): try container.encode(pipeline, forKey: .pipeline)
        case .columns(let names): try container.encode(names, forKey: .columns)
        }
    }
}
