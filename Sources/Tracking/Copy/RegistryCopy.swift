import StorageIO

/// Copies registered models. Versions keep their numbers.
struct RegistryCopy: Sendable {
    let source: TrackingClient
    let destination: TrackingClient
    /// Copied runs by the ids of their sources.
    let runs: [String: CopiedRun]
    let copiesArtifacts: Bool

    func copy(_ report: inout TrackingCopy.Report) async throws {
        for model in try await source.models.models(orderBy: ["name"]).all() {
            do {
                try await copy(model, &report)
                report.models += 1
            } catch let error as TrackingError where error.isRefusal {
                report.failures.append("model '\(model.name)': \(error)")
            }
        }
    }

    /// What concerns one version or alias alone costs no other.
    private func copy(_ model: RegisteredModel, _ report: inout TrackingCopy.Report) async throws {
        do {
            _ = try await destination.store.createModel(
                named: model.name, description: model.description, tags: model.tags)
        } catch let error as TrackingError where error.code == .alreadyExists {
            try await destination.store.setDescription(model.description, ofModel: model.name)
            for (key, value) in model.tags {
                try await destination.store.setTag(key, value, ofModel: model.name)
            }
        }
        let versions = try await source.models.versions(
            matching: "name = \(model.name)", orderBy: ["version_number ASC"]
        ).all()
        let there = try await destination.models.versions(matching: "name = \(model.name)").all()
        let known = Dictionary(there.map { ($0.version, $0) }) { first, _ in first }
        var copied: Set<Int> = []
        for version in versions {
            let failure = try await failure { try await copy(version, known[version.version], &report) }
            if let failure {
                report.failures.append("version \(version.version) of model '\(model.name)': \(failure)")
            } else {
                copied.insert(version.version)
                report.versions += 1
            }
        }
        for (alias, number) in model.aliases.sorted(by: { $0.value < $1.value }) {
            let failure =
                copied.contains(number)
                ? try await failure {
                    try await destination.store.setAlias(alias, ofModel: model.name, version: number)
                } : "its version \(number) is not copied"
            if let failure { report.failures.append("alias '\(alias)' of model '\(model.name)': \(failure)") }
        }
    }

    /// What the destination refused, or a store of files failed with; nil when the work was done.
    private func failure(_ work: () async throws -> Void) async throws -> String? {
        do {
            try await work()
            return nil
        } catch let error as TrackingError where error.isRefusal {
            return "\(error)"
        } catch let error as ObjectStoreError {
            return "\(error)"
        }
    }

    private func copy(
        _ version: ModelVersion, _ known: ModelVersion?, _ report: inout TrackingCopy.Report
    ) async throws {
        let run = version.runID.flatMap { runs[$0] }
        let files = VersionFiles(
            version: version, run: run, source: source, destination: destination, runs: runs)
        let target = try await files.target()
        let creation = ModelVersionCreation(
            name: version.name, source: target, runID: run?.targetID ?? version.runID,
            description: version.description, tags: version.tags)
        if let known {
            guard known.runID == creation.runID, known.source == creation.source else {
                throw TrackingError(
                    .alreadyExists, "model '\(version.name)'",
                    "has another version \(version.version) at \(destination.uri)")
            }
        } else {
            if copiesArtifacts { try await files.copy(to: target, &report) }
            try await create(creation, number: version.version)
        }
        for (key, value) in version.tags {
            try await destination.store.setTag(key, value, ofVersion: version.version, model: version.name)
        }
        try await destination.store.setDescription(
            version.description, ofVersion: version.version, model: version.name)
        if version.stage != "None" {
            try await destination.store.setStage(
                version.stage, ofVersion: version.version, model: version.name, archivingOthers: false)
        }
    }

    /// Numbers are assigned in order: those of versions that the source has deleted are skipped by creating and
    /// deleting them.
    private func create(_ creation: ModelVersionCreation, number: Int) async throws {
        while true {
            let made = try await destination.store.createVersion(creation)
            if made.version == number { return }
            try await destination.store.deleteVersion(made.version, ofModel: creation.name)
            guard made.version < number else {
                throw TrackingError(
                    .alreadyExists, "model '\(creation.name)'",
                    "has had a version \(number) at \(destination.uri) already")
            }
        }
    }
}
