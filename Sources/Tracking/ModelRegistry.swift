/// Registered models: names under which versions of a model are kept, found by number or by alias.
public struct ModelRegistry: Sendable {
    let client: TrackingClient
    private var store: any TrackingStore { client.store }

    init(client: TrackingClient) { self.client = client }

    // MARK: Models

    /// Creates a registered model without versions.
    /// - Throws: ``TrackingError`` with code ``TrackingError/Code/alreadyExists`` when it is taken.
    @discardableResult
    public func create(
        _ name: String, description: String? = nil, tags: [String: String] = [:]
    ) async throws -> RegisteredModel {
        try EntityLimits.check(modelName: name)
        try check(description)
        for (key, value) in tags { try EntityLimits.check(registryTag: key, value) }
        return try await store.createModel(named: name, description: description, tags: tags)
    }

    /// The model of that name.
    public func model(named name: String) async throws -> RegisteredModel { try await store.model(named: name) }

    /// Models that a filter on `name` and `tags.KEY` finds, by name unless `orderBy` (`name`, `creation_timestamp`,
    /// `last_updated_timestamp`) says otherwise.
    public func models(
        matching filter: SearchFilter = "", orderBy: [String] = [], pageSize: Int = 100
    ) -> PagedResults<RegisteredModel> {
        var query = EntityQuery(filter: filter)
        query.orderBy = orderBy
        return PagedResults(query, pageSize: pageSize) { [store] in try await store.searchModels($0) }
    }

    /// Gives a model another name; versions, tags and aliases go with it.
    public func rename(_ name: String, to newName: String) async throws {
        try EntityLimits.check(modelName: newName)
        try await store.renameModel(name, to: newName)
    }

    /// Sets or removes a model's description.
    public func setDescription(_ description: String?, of name: String) async throws {
        try check(description)
        try await store.setDescription(description, ofModel: name)
    }

    /// Removes a model with all its versions; their files stay.
    public func delete(_ name: String) async throws { try await store.deleteModel(named: name) }

    /// Sets a model's tag.
    public func setTag(_ key: String, _ value: String, of name: String) async throws {
        try EntityLimits.check(registryTag: key, value)
        try await store.setTag(key, value, ofModel: name)
    }

    /// Removes a model's tag; no error when there is none.
    public func deleteTag(_ key: String, of name: String) async throws {
        try await store.deleteTag(key, ofModel: name)
    }

    // MARK: Versions

    /// Adds a version, and the model's name if it is new.
    ///
    /// - Parameters:
    ///   - source: Where the files are: `runs:/RUN/path`, a path or a URL. Run URIs are resolved now.
    ///   - runID: The run that made it; taken from a run URI if not given.
    @discardableResult
    public func register(
        _ name: String, source: String, runID: String? = nil, description: String? = nil, tags: [String: String] = [:]
    ) async throws -> ModelVersion {
        try EntityLimits.check(modelName: name)
        try check(description)
        for (key, value) in tags { try EntityLimits.check(registryTag: key, value) }
        var runID = runID
        if case .run(let id, _) = try ArtifactReference(source) { runID = runID ?? id }
        let location = ArtifactPath.normalized(try await client.location(of: source))
        try EntityLimits.check(length: location, of: "source of model '\(name)'", limit: EntityLimits.source)
        if let runID { _ = try await store.run(id: runID) }
        do {
            _ = try await store.createModel(named: name, description: nil, tags: [:])
        } catch let error as TrackingError where error.code == .alreadyExists {}
        return try await store.createVersion(
            ModelVersionCreation(name: name, source: location, runID: runID, description: description, tags: tags))
    }

    /// A version by number.
    public func version(_ version: Int, of name: String) async throws -> ModelVersion {
        try await store.version(version, ofModel: name)
    }

    /// The version that an alias points at.
    public func version(alias: String, of name: String) async throws -> ModelVersion {
        try await store.version(alias: alias, ofModel: name)
    }

    /// The version with the highest number, of a stage if one is named; nil when there is none.
    public func latestVersion(of name: String, stage: String? = nil) async throws -> ModelVersion? {
        _ = try await store.model(named: name)
        let versions = versions(matching: "name = \(name)", orderBy: ["version_number DESC"])
        for try await version in versions where stage == nil || version.stage.lowercased() == stage?.lowercased() {
            return version
        }
        return nil
    }

    /// Versions that a filter on `name`, `run_id`, `source_path`, `version_number` and `tags.KEY` finds, the last
    /// updated first unless `orderBy` (`name`, `version_number`, `creation_timestamp`, `last_updated_timestamp`) says
    /// otherwise.
    public func versions(
        matching filter: SearchFilter = "", orderBy: [String] = [], pageSize: Int = 1000
    ) -> PagedResults<ModelVersion> {
        var query = EntityQuery(filter: filter)
        query.orderBy = orderBy
        return PagedResults(query, pageSize: pageSize) { [store] in try await store.searchVersions($0) }
    }

    /// The version that `models:/NAME@alias`, `models:/NAME/3`, `models:/NAME/latest` or `models:/NAME/Stage` names.
    public func resolve(_ uri: String) async throws -> ModelVersion {
        guard case .model(let reference) = try ArtifactReference(uri) else {
            throw TrackingError(.invalidValue, uri, "is not a model URI; write models:/NAME@alias or models:/NAME/3")
        }
        return try await resolve(reference)
    }

    package func resolve(_ reference: ModelReference) async throws -> ModelVersion {
        switch reference.selector {
        case .version(let number): return try await version(number, of: reference.name)
        case .alias(let alias): return try await version(alias: alias, of: reference.name)
        case .latest(let stage):
            guard let version = try await latestVersion(of: reference.name, stage: stage) else {
                let what = stage.map { "no version in stage '\($0)'" } ?? "no version"
                throw TrackingError(.notFound, "model '\(reference.name)'", "has \(what)")
            }
            return version
        }
    }

    /// Sets or removes a version's description.
    public func setDescription(_ description: String?, ofVersion version: Int, of name: String) async throws {
        try check(description)
        try await store.setDescription(description, ofVersion: version, model: name)
    }

    /// Moves a version to one of MLflow's stages `None`, `Staging`, `Production` and `Archived`. Aliases do the same
    /// work better; MLflow keeps stages for those who have them.
    /// - Parameter archivingOthers: Moves the stage's other versions to `Archived`.
    public func setStage(
        _ stage: String, ofVersion version: Int, of name: String, archivingOthers: Bool = false
    ) async throws {
        let known = ["None", "Staging", "Production", "Archived"].first { $0.lowercased() == stage.lowercased() }
        guard let known, !archivingOthers || known == "Staging" || known == "Production" else {
            throw TrackingError(.invalidValue, "stage '\(stage)'", "is not one that this can be done with")
        }
        try await store.setStage(known, ofVersion: version, model: name, archivingOthers: archivingOthers)
    }

    /// Removes a version and the aliases that point at it. Its number is not given again.
    public func deleteVersion(_ version: Int, of name: String) async throws {
        try await store.deleteVersion(version, ofModel: name)
    }

    /// Sets a version's tag.
    public func setTag(_ key: String, _ value: String, ofVersion version: Int, of name: String) async throws {
        try EntityLimits.check(registryTag: key, value)
        try await store.setTag(key, value, ofVersion: version, model: name)
    }

    /// Removes a version's tag; no error when there is none.
    public func deleteTag(_ key: String, ofVersion version: Int, of name: String) async throws {
        try await store.deleteTag(key, ofVersion: version, model: name)
    }

    // MARK: Aliases

    /// Points an alias, such as `champion`, at a version; it leaves the one it pointed at.
    public func setAlias(_ alias: String, of name: String, to version: Int) async throws {
        try EntityLimits.check(alias: alias)
        try await store.setAlias(alias, ofModel: name, version: version)
    }

    /// Removes an alias; no error when there is none.
    public func deleteAlias(_ alias: String, of name: String) async throws {
        try await store.deleteAlias(alias, ofModel: name)
    }

    private func check(_ description: String?) throws {
        guard let description else { return }
        try EntityLimits.check(length: description, of: "description", limit: EntityLimits.description)
    }
}
