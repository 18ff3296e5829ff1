/// The data files of a place.
public struct DataFiles: Sendable {
    /// What was looked at.
    public let place: StoredPlace
    /// In ascending byte order of their keys.
    public let files: [ObjectMetadata]
    /// Of all files.
    public let format: DataFormat

    /// Finds the files of a place and tells their format by their content.
    ///
    /// A place is one file, a folder with the files at any depth in it, or a pattern of files and folders; a file whose
    /// name is spelled like a pattern is that file. A pipe is read to its end first. In folders, names that start with `.`
    /// or `_` are passed over, as by Spark, and so are files without a byte and companions of data such as `truth.json`.
    /// - Throws: ``DataSetError``; what the store throws.
    public static func find(_ place: StoredPlace) async throws -> DataFiles {
        let place = try await place.spooled()
        let found = try await candidates(place)
        var files = found
        if found.count > 1 || found.first?.key.path != place.location.path { files.removeAll { $0.size == 0 } }
        guard !files.isEmpty else {
            throw DataSetError.nothingFound(
                place: place.description, detail: "none of the \(found.count) files found holds anything")
        }
        return DataFiles(place: place, files: files, format: try await commonFormat(files, of: place))
    }

    /// The file as an input.
    func input(_ file: ObjectMetadata) -> StoredObjectInput { StoredObjectInput(store: place.store, metadata: file) }

    /// How often a place is listed anew because it changed under the reader.
    private static let attempts = 3

    private static func candidates(_ place: StoredPlace) async throws -> [ObjectMetadata] {
        let location = place.location
        if !location.path.isEmpty, !location.isFolder {
            do {
                return [try await place.store.head(place.key())]
            } catch let error as ObjectStoreError where error.code == .notFound {
                // Then it is a folder or a pattern.
            }
        }
        var missing = ""
        for _ in 0..<attempts {
            let found = try await listed(place)
            switch try await found.versions.choose(in: place.store) {
            case .files(let files):
                let all = (found.named + files).sorted { $0.key < $1.key }
                guard all.isEmpty else { return all }
                throw DataSetError.nothingFound(place: place.description, detail: found.emptiness(location))
            case .missing(let file): missing = place.store.root + file
            case .unfinished(let folder): throw DataSetError.unfinished(folder: place.store.root + folder)
            }
        }
        throw DataSetError.incomplete(place: place.description, missingFile: missing)
    }

    /// What a listing of a place shows.
    private struct Listed {
        /// Files that the pattern names by themselves.
        var named: [ObjectMetadata] = []
        /// Files of folders.
        var versions = FolderVersions()
        var hasFiles = false
        var others = 0

        mutating func take(_ object: ObjectMetadata, below folder: String) {
            if isDataFile(object.key.path.utf8.dropFirst(folder.utf8.count)) {
                versions.take(file: object)
                hasFiles = true
            } else {
                versions.take(companion: object)
                others += 1
            }
        }

        func emptiness(_ location: StorageLocation) -> String {
            if others > 0 {
                "the folder holds no data files, only \(others) passed over for their names (such as _SUCCESS, .hidden, x.json)"
            } else if location.pattern != nil {
                "no file or folder matches the pattern"
            } else {
                "there is no such file, and no folder with data files"
            }
        }
    }

    private static func listed(_ place: StoredPlace) async throws -> Listed {
        var listed = Listed()
        for try await entry in place.store.entries(prefix: place.folderPrefix) {
            switch entry {
            case .object(let object): if !object.isFolderMarker { listed.take(object, below: place.folderPrefix) }
            case .unlisted(let unlisted): try refuseToMiss(unlisted, below: place.folderPrefix)
            }
        }
        guard !listed.hasFiles, let pattern = place.location.pattern else { return listed }
        let expansion = try await GlobExpansion.expanding(pattern, in: place.store)
        for unlisted in expansion.unlisted { try refuseToMiss(unlisted, below: pattern.literalFolder) }
        for match in expansion.matches {
            if match.matched == match.object.key.path {
                listed.named.append(match.object)
            } else {
                listed.take(match.object, below: match.matched)
            }
        }
        return listed
    }

    /// - Throws: For what would be read if it could be, so that no data are left out in silence.
    private static func refuseToMiss(_ unlisted: UnlistedObject, below folder: String) throws {
        guard unlisted.mayHoldContent, isDataFile(unlisted.path.utf8.dropFirst(folder.utf8.count)) else { return }
        throw ObjectStoreError(
            .invalidKey, location: unlisted.location,
            message: "\(unlisted.reason), so that it cannot be read with the other files; rename or remove it")
    }

    /// Endings of files that lie beside data and say something about them.
    private static let companionEndings: Set<String> = ["json", "yaml", "yml", "crc", "md", "html", "sha256", "log"]

    /// Whether a file counts by its name, given below its folder.
    static func isDataFile(_ path: Substring.UTF8View.SubSequence) -> Bool {
        let names = path.split(separator: UInt8(ascii: "/"))
        let isVisible = names.allSatisfy { $0.first != UInt8(ascii: ".") && $0.first != UInt8(ascii: "_") }
        let ending = names.last?.split(separator: UInt8(ascii: ".")).dropFirst().last
        return isVisible && !companionEndings.contains(ending.map { String(decoding: $0, as: UTF8.self) } ?? "")
    }

    private static func commonFormat(_ files: [ObjectMetadata], of place: StoredPlace) async throws -> DataFormat {
        let formats = try await files.concurrentMap { file in
            let input = StoredObjectInput(store: place.store, metadata: file)
            let head = try await input.read(0..<min(file.size, Int64(DataFormat.headSize)))
            return try DataFormat(head: head, file: input.name)
        }
        guard let first = formats.first else { preconditionFailure("there is at least one file") }
        if let other = formats.firstIndex(where: { $0 != first }) {
            throw DataSetError.mixedFormats(
                file: place.store.root + files[0].key.path, format: first,
                otherFile: place.store.root + files[other].key.path, otherFormat: formats[other])
        }
        return first
    }
}

extension Array where Element: Sendable {
    /// The results for all elements, in their order; eight at a time.
    func concurrentMap<Result: Sendable>(
        _ transform: @escaping @concurrent @Sendable (Element) async throws -> Result
    ) async throws -> [Result] {
        try await withThrowingTaskGroup(of: (Int, Result).self) { group in
            var results = [Result?](repeating: nil, count: count)
            var next = 0
            for _ in 0..<Swift.min(8, count) {
                let index = next
                group.addTask { (index, try await transform(self[index])) }
                next += 1
            }
            while let (index, result) = try await group.next() {
                results[index] = result
                if next < count {
                    let following = next
                    group.addTask { (following, try await transform(self[following])) }
                    next += 1
                }
            }
            return results.compactMap { $0 }
        }
    }
}
