import Columnar
import DataPrep
public import Features
package import StorageIO

/// Where a model's features come from.
public enum FeatureDefinition: Sendable, Hashable {
    /// Computed from transactions and their history.
    case pipeline(FeaturePipeline)
    /// Declared by a plan for the transactions of a schema, and computed from them and their history.
    case plan(FeaturePlan, schema: TransactionSchema)
    /// Read unchanged from the numeric or boolean columns of these names; null becomes NaN, 'missing'.
    case columns([String])

    /// The features' names, in the order in which the classifier gets them.
    public var names: [String] {
        switch self {
        case .pipeline(let pipeline): pipeline.names
        case .plan(let plan, _): plan.names
        case .columns(let names): names
        }
    }

    /// The columns of a data set that scoring needs: those used as they are, or, where features are computed, those of
    /// transactions, whatever their spelling, with all optional transaction columns that exist.
    /// - Throws: `DataSetError.unavailableColumn` for one that cannot be read from every file; `SchemaError` for one that there
    ///   is not.
    package func columns(of dataSet: DataSet, and others: [String] = []) throws -> [String] {
        switch self {
        case .pipeline: return try dataSet.transactionColumns(and: others)
        case .plan(_, let schema):
            let names = try dataSet.columns(of: schema)
            return names + others.filter { !names.contains($0) }
        case .columns(let names): return try dataSet.transactionColumns(and: names + others, needing: [])
        }
    }

    /// The pipeline, where there is one.
    public var pipeline: FeaturePipeline? {
        if case .pipeline(let pipeline) = self { pipeline } else { nil }
    }

    /// What each feature depends on, in the order of ``names``.
    package var sources: [FeatureSource] {
        switch self {
        case .pipeline(let pipeline): pipeline.sources
        case .plan(let plan, _): plan.sources
        case .columns(let names): names.map { _ in .transaction }
        }
    }

    /// What the transactions' columns are, where a plan computes the features.
    public var schema: TransactionSchema? {
        if case .plan(_, let schema) = self { schema } else { nil }
    }
}

extension FeatureDefinition: Codable {
    private enum CodingKeys: String, CodingKey { case pipeline, plan, schema, columns }

    /// Reads `{"pipeline": {...}}`, `{"plan": {...}, "schema": {...}}` or `{"columns": [...]}`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        if let pipeline = try container.decodeIfPresent(FeaturePipeline.self, forKey: .pipeline) {
            self = .pipeline(pipeline)
        } else if let plan = try container.decodeIfPresent(FeaturePlan.self, forKey: .plan) {
            self = .plan(plan, schema: try container.decode(TransactionSchema.self, forKey: .schema))
        } else {
            self = .columns(try container.decode([String].self, forKey: .columns))
        }
    }

    /// Writes what ``init(from:)`` reads.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .pipeline(let pipeline): try container.encode(pipeline, forKey: .pipeline)
        case .plan(let plan, let schema):
            try container.encode(plan, forKey: .plan)
            try container.encode(schema, forKey: .schema)
        case .columns(let names): try container.encode(names, forKey: .columns)
        }
    }
}
