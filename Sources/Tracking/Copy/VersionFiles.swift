import StorageIO

/// Where the files of a model version are, and where they are to be at the destination of a copy.
struct VersionFiles: Sendable {
    let version: ModelVersion
    /// The run that the version names, if it is copied.
    let run: CopiedRun?
    let source: TrackingClient
    let destination: TrackingClient
    /// Copied runs by the ids of their sources.
    let runs: [String: CopiedRun]

    /// What the destination's version is to name as its source.
    ///
    /// Files of copied runs have moved along with them. Those of MLflow 3's logged models lie beside the runs, so that the copy of the
    /// version's run takes them in; what lies elsewhere stays there.
    /// - Throws: ``TrackingError`` with code ``TrackingError/Code/notFound`` for files of a run that is not copied.
    func target() async throws -> String {
        switch try ArtifactReference(version.source) {
        case .run(let id, let path):
            guard let run = runs[id] else {
                throw TrackingError(.notFound, "run \(id)", "is not copied, and the version's files are its")
            }
            return path.isEmpty ? "runs:/\(run.targetID)" : "runs:/\(run.targetID)/\(path)"
        case .model, .loggedModel:
            let location = try await source.location(of: reference)
            for run in runs.values {
                if let moved = try await moved(location, with: run) { return moved }
            }
            return ArtifactPath.join(try await root(), folder)
        case .location(let location):
            guard let run else { return location }
            return try await moved(location, with: run) ?? location
        }
    }

    /// Copies files that were not copied with any run.
    func copy(to target: String, _ report: inout TrackingCopy.Report) async throws {
        switch try ArtifactReference(version.source) {
        case .model, .loggedModel: break
        case .run, .location: return
        }
        guard let run, try await ArtifactPath.join(root(), folder) == target else { return }
        let from = try await source.artifacts(at: reference)
        let files = try await from.list()
        guard !files.isEmpty else { throw TrackingError(.notFound, from.uri, "holds no files") }
        try await destination.run(id: run.targetID).artifacts.upload(from.location, to: folder)
        report.files += files.count
        report.bytes += files.reduce(0) { $0 + $1.size }
    }

    private var reference: String { "models:/\(version.name)/\(version.version)" }

    /// In the run's artifacts: `models/` and what the source names, such as a logged model's id.
    private var folder: String {
        let name = version.source.utf8.drop { $0 != UInt8(ascii: ":") }.drop { ":/".utf8.contains($0) }
        let segment = name.map { $0 == UInt8(ascii: "/") ? UInt8(ascii: "-") : $0 }
        return "models/" + String(decoding: segment, as: UTF8.self)
    }

    /// The artifacts of the copy of the version's run.
    private func root() async throws -> String {
        guard let run else {
            throw TrackingError(
                .notFound, "'\(version.source)'",
                version.runID.map { "belongs to run \($0), which is not copied" }
                    ?? "belongs to no run that could take it in")
        }
        return try await destination.store.run(id: run.targetID).artifactURI
    }

    /// Where a location in a run's artifacts is in those of its copy; nil for a location elsewhere.
    private func moved(_ location: String, with run: CopiedRun) async throws -> String? {
        let root = run.source.artifactURI
        guard location.utf8.starts(with: root.utf8) else { return nil }
        let rest = location.utf8.dropFirst(root.utf8.count)
        guard rest.isEmpty || rest.first == UInt8(ascii: "/") else { return nil }
        return try await destination.store.run(id: run.targetID).artifactURI + String(decoding: rest, as: UTF8.self)
    }
}
