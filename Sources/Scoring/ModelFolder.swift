import Features
import Parallelism
import StorageIO

/// A folder of an object store that contains one model.
struct ModelFolder: Sendable {
    let location: StorageLocation
    /// The kinds of features that plans have from the program.
    var custom = CustomFeatures.none

    private static let attempts = 5

    func location(_ name: String) -> String { "\(location.description)/\(name)" }

    /// The list of checksums as it stands.
    /// - Throws: ``StoredModelError/unfinished(folder:)`` where there is none.
    func readManifest() async throws -> [UInt8] {
        do {
            return try await location.store.read(try location.key(ModelManifest.fileName))
        } catch let error as ObjectStoreError where error.code == .notFound {
            throw StoredModelError.unfinished(folder: location.description)
        }
    }

    /// The model, and the list of checksums that it was verified by.
    func load() async throws -> (model: FraudModel, manifest: [UInt8]) {
        var attempt = 1
        while true {
            let manifest = try await readManifest()
            do {
                return (
                    try await load(ModelManifest(parsing: manifest, location: location(ModelManifest.fileName))),
                    manifest
                )
            } catch let error as StoredModelError {
                // Another model may have replaced this one meanwhile; then that one is loaded.
                guard attempt < ModelFolder.attempts, try await readManifest() != manifest else { throw error }
                attempt += 1
            }
        }
    }

    private func load(_ manifest: ModelManifest) async throws -> FraudModel {
        var files: [String: [UInt8]] = [:]
        for path in manifest.checksums.keys.sorted() where ModelFiles.isOwn(manifest.name(ofPath: path)) {
            do {
                files[path] = try await location.store.read(try location.key(path))
            } catch let error as ObjectStoreError where error.code == .notFound {
                throw StoredModelError.missingFile(location(path))
            } catch let error as ObjectStoreError where error.code == .invalidKey {
                throw StoredModelError.malformed(
                    file: location(ModelManifest.fileName), message: "'\(path)' is not a usable file name")
            }
        }
        let paths = files
        return try await onDedicatedThread(named: "load model") { _ in
            var named: [String: [UInt8]] = [:]
            for (path, bytes) in paths.sorted(by: { $0.key < $1.key }) {
                let actual = ModelManifest.checksum(bytes)
                guard let expected = manifest.checksums[path], actual == expected else {
                    throw StoredModelError.wrongChecksum(
                        file: location(path), expected: manifest.checksums[path] ?? "", actual: actual)
                }
                named[manifest.name(ofPath: path)] = bytes
            }
            let folder = manifest.generation == 0 ? "" : "\(manifest.generation)/"
            return try ModelFiles.decode(named, custom: custom) { location(folder + $0) }
        }
    }

    /// Writes a model; an earlier one stays complete until the new one is complete, and is then removed.
    func save(_ model: FraudModel, withMLflow: Bool) async throws {
        let earlier = try await earlierManifest()
        let generation = earlier == nil ? 0 : try await unusedGeneration()
        let version = try await onDedicatedThread(named: "save model") { _ in
            try ModelVersion(model, generation: generation, withMLflow: withMLflow)
        }
        var undo: [() async -> Void] = []
        do {
            for (path, bytes) in version.files.sorted(by: { $0.key < $1.key }) {
                let key = try location.key(path)
                try await location.store.put(bytes, to: key)
                undo.append { try? await location.store.delete(key) }
            }
            for (name, bytes) in version.topFiles.sorted(by: { $0.key < $1.key }) {
                if let restore = try await replace(name, with: bytes) { undo.append(restore) }
            }
            try await location.store.put(version.manifest.encoded, to: try location.key(ModelManifest.fileName))
        } catch {
            for step in undo.reversed() { await step() }
            throw error
        }
        // The new model is complete; an old file that stays behind does no harm.
        var old = Set(earlier.map { Array($0.checksums.keys) } ?? [])
        if earlier != nil { old.formUnion(MLflowModel.topNames) }
        for path in old.sorted() where version.files[path] == nil && version.topFiles[path] == nil {
            if let key = try? location.key(path) { try? await location.store.delete(key) }
        }
    }

    /// Writes a file that may be there already.
    /// - Returns: a closure that undoes the change; nil where nothing was changed.
    private func replace(_ name: String, with bytes: [UInt8]) async throws -> (() async -> Void)? {
        let key = try location.key(name)
        let earlier: [UInt8]?
        do {
            earlier = try await location.store.read(key)
        } catch let error as ObjectStoreError where error.code == .notFound {
            earlier = nil
        }
        guard earlier != bytes else { return nil }
        try await location.store.put(bytes, to: key)
        return {
            if let earlier {
                try? await location.store.put(earlier, to: key)
            } else {
                try? await location.store.delete(key)
            }
        }
    }

    /// The list of the model that is there now; nil where there is none.
    private func earlierManifest() async throws -> ModelManifest? {
        do {
            return try ModelManifest(parsing: try await readManifest(), location: location(ModelManifest.fileName))
        } catch let error as StoredModelError {
            guard case .unfinished = error else { throw error }
            return nil
        }
    }

    /// The first number after those of all subfolders.
    private func unusedGeneration() async throws -> Int {
        var last = 1
        for try await object in location.store.list(prefix: location.folderPrefix) {
            let path = object.key.path.dropFirst(location.folderPrefix.count)
            if let number = path.split(separator: "/").first.flatMap({ Int($0) }), number < .max {
                last = max(last, number)
            }
        }
        return last + 1
    }
}
