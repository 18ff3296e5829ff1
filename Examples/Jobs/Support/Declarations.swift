package import Features
package import StorageIO

/// Schemas and plans of features by their location, as options give them.
package enum Declarations {
    /// - Parameter location: Of a schema's JSON; nil for the Handbook's columns.
    /// - Throws: `SchemaError` that names the file.
    package static func schema(_ location: String?, stores: ObjectStoreRegistry) async throws -> TransactionSchema {
        guard let location else { return .handbook }
        return try TransactionSchema(json: try await read(location, stores), file: location)
    }

    /// - Parameter name: Of a built-in plan, or the location of a plan's JSON.
    /// - Throws: `FeaturePlanError` that names the file or the feature.
    package static func plan(
        _ name: String, for schema: TransactionSchema, stores: ObjectStoreRegistry
    ) async throws -> FeaturePlan {
        guard !FeaturePlan.builtInNames.contains(name) else { return try FeaturePlan.named(name, for: schema) }
        guard name.contains(".") || name.contains("/") else { throw FeaturePlanError.unknownPlan(name) }
        let plan = try FeaturePlan(json: try await read(name, stores), file: name)
        try plan.validate(for: schema)
        return plan
    }

    private static func read(_ location: String, _ stores: ObjectStoreRegistry) async throws -> [UInt8] {
        let file = try stores.resolve(location)
        return try await file.store.read(try file.key())
    }
}
