/// Chooses, among the files found in folders, those of the current versions.
///
/// A folder that ``DataSetWriter`` has written holds, for moments or after a writer was killed, files of more than one
/// version. Its `_SUCCESS` lists those that count; if there is none yet, a marker names the run whose files do not
/// count. Files of other programs always count.
struct FolderVersions {
    private struct Folder {
        var files: [ObjectMetadata] = []
        var success: ObjectMetadata?
        var unfinishedRuns: Set<String> = []
    }

    /// By the bytes of their keys: names that look the same may differ.
    private var folders: [[UInt8]: Folder] = [:]

    /// Adds a data file.
    mutating func take(file: ObjectMetadata) {
        folders[Array(file.key.folder.utf8), default: Folder()].files.append(file)
    }

    /// Adds a file that holds no data: it may say which files count.
    mutating func take(companion: ObjectMetadata) {
        let (folder, name) = (Array(companion.key.folder.utf8), companion.key.name)
        if name == DataSetManifest.fileName {
            folders[folder, default: Folder()].success = companion
        } else if let run = UnfinishedMarker.run(ofName: name) {
            folders[folder, default: Folder()].unfinishedRuns.insert(run)
        }
    }

    /// The chosen files, or why there are none.
    enum Choice {
        /// In ascending byte order of their keys.
        case files([ObjectMetadata])
        /// `_SUCCESS` lists a file that was not found: the folder has changed since it was listed, or is damaged.
        case missing(file: String)
        /// There are only files of a writer that has not finished.
        case unfinished(folder: String)
    }

    func choose(in store: any ObjectStore) async throws -> Choice {
        var chosen: [ObjectMetadata] = []
        var beingCopied: [String] = []
        for (bytes, folder) in folders.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            let name = String(decoding: bytes, as: UTF8.self)
            let manifest = try await manifest(folder.success, in: store)
            if manifest == nil, folder.unfinishedRuns.contains(UnfinishedMarker.wholeFolder) {
                beingCopied.append(name)
            }
            if !folder.files.isEmpty, let copied = beingCopied.first(where: { name.utf8.starts(with: $0.utf8) }) {
                return .unfinished(folder: copied)
            }
            switch choose(in: folder, named: name, manifest) {
            case .files(let files): chosen += files
            case let other: return other
            }
        }
        return .files(chosen.sorted { $0.key < $1.key })
    }

    private func choose(in folder: Folder, named name: String, _ manifest: DataSetManifest?) -> Choice {
        guard let manifest else {
            let files = folder.files.filter { file in
                PartName(file.key.name).map { !folder.unfinishedRuns.contains($0.run) } ?? true
            }
            return files.isEmpty && !folder.files.isEmpty ? .unfinished(folder: name) : .files(files)
        }
        let sizes = Dictionary(folder.files.map { ($0.key.name, $0.size) }) { first, _ in first }
        if let missing = manifest.files.first(where: { sizes[$0.name] != $0.size }) {
            return .missing(file: name + missing.name)
        }
        let listed = Set(manifest.files.map(\.name))
        let replaced = Set(manifest.replaced ?? [])
        return .files(
            folder.files.filter {
                let name = $0.key.name
                return listed.contains(name) || (PartName(name) == nil && !replaced.contains(name))
            })
    }

    private func manifest(_ success: ObjectMetadata?, in store: any ObjectStore) async throws -> DataSetManifest? {
        guard let success, (1...DataSetManifest.maximumSize).contains(success.size) else { return nil }
        return DataSetManifest(try await store.read(success.key))
    }
}
