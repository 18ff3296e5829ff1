/// Copies registered models. Versions keep their numbers.
struct RegistryCopy: Sendable {
    let source: TrackingClient
    let destination: TrackingClient
    /// Copied runs by the ids of their sources.
    let runs: [String: CopiedRun]

    func copy(_ report: inout TrackingCopy.Report) async throws {
        for model in try await source.models.models(orderBy: ["name"]).all() {
            do {
                report.versions += try await copy(model)
                report.models += 1
            } catch let error as TrackingError where error.isRefusal {
                report.failures.append("model '\(model.name)': \(error)")
            }
        }
    }

    private func copy(_ model: RegisteredModel) async throws -> Int {
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
        for version in versions {
            try await copy(version, known[version.version])
        }
        for (alias, number) in model.aliases {
            try await destination.store.setAlias(alias, ofModel: model.name, version: number)
        }
        return versions.count
    }

    private func copy(_ version: ModelVersion, _ known: ModelVersion?) async throws {
        var creation = ModelVersionCreation(
            name: version.name, source: version.source, runID: version.runID, description: version.description,
            tags: version.tags)
        if let run = version.runID.flatMap({ runs[$0] }) {
            creation.runID = run.targetID
            // Files of the run have moved along with it.
            let root = run.source.artifactURI
            if version.source == root || version.source.hasPrefix(root + "/") {
                let target = try await destination.store.run(id: run.targetID).artifactURI
                creation.source = target + version.source.dropFirst(root.count)
            }
        }
        if let known {
            guard known.runID == creation.runID, known.source == creation.source else {
                throw TrackingError(
                    .alreadyExists, "model '\(version.name)'",
                    "has another version \(version.version) at \(destination.uri)")
            }
        } else {
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

    /// Numbers are given in order: those that the source has deleted are used up on the way.
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
