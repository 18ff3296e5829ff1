/// The data files of a location.
public struct DataFiles: Sendable {
    /// The location that was searched.
    public let location: StorageLocation
    /// In ascending byte order of their keys.
    public let files: [ObjectMetadata]
    /// Of all files.
    public let format: DataFormat
    /// Columns from the names of the files' folders.
    package let partitions: PartitionColumns

    /// Finds the files of a location and detects their format by their content.
    ///
    /// A location is one file, a folder with the files at any depth in it, or a pattern of files and folders; a file
    /// whose name looks like a pattern is that file. A pipe is first read to its end. In folders, names that start with
    /// `.` or `_` are skipped, as by Spark (except folders such as `_day=7`), and so are empty files and companions of
    /// data such as `truth.json`. Of a Delta Lake table, the files in its log are read; parts of such a table, and
    /// tables of Iceberg and Hudi, are refused.
    /// - Throws: ``DataSetError``; what the store throws.
    public static func find(_ location: StorageLocation) async throws -> DataFiles {
        let found = try await FoundFiles(location)
        return try await found.dataFiles { _ in true }
    }

    /// The file as an input.
    package func input(_ file: ObjectMetadata) -> StoredObjectInput {
        StoredObjectInput(store: location.store, metadata: file)
    }

    /// How often a location is listed again because it changed during listing.
    private static let attempts = 3

    /// Files, and column values of some that come from other sources than folder names.
    fileprivate struct Candidates: Sendable {
        var files: [ObjectMetadata]
        var partitions: [ObjectKey: [PartitionValue]] = [:]
    }

    fileprivate static func candidates(_ location: StorageLocation) async throws -> Candidates {
        let uri = location.uri
        if !uri.path.isEmpty, !uri.isFolder {
            do {
                return Candidates(files: [try await location.store.head(location.key())])
            } catch let error as ObjectStoreError where error.code == .notFound {
                // Then it is a folder or a pattern.
            }
        }
        var missing = ""
        attempts: for _ in 0..<attempts {
            var found = try await listed(location)
            try await found.checkTables(location)
            var all = Candidates(files: found.named)
            for (root, log) in found.deltaLogs.sorted(by: { $0.key < $1.key }) {
                let table = try await DeltaLog(root: root, log: log, in: location.store)
                let files = found.takeFiles(below: root)
                let present = Set(files.map(\.key))
                if let key = table.files.keys.filter({ !present.contains($0) }).min() {
                    missing = location.store.root + key.path
                    continue attempts
                }
                all.files += files.filter { table.files[$0.key] != nil }
                all.partitions.merge(table.files) { first, _ in first }
                if table.files.isEmpty {
                    throw DataSetError.nothingFound(
                        location: location.store.root + root, detail: "the table's log lists no file")
                }
            }
            switch try await found.versions.choose(in: location.store) {
            case .files(let files):
                all.files = (all.files + files).sorted { $0.key < $1.key }
                guard all.files.isEmpty else { return all }
                throw DataSetError.nothingFound(location: location.description, detail: found.emptiness(uri))
            case .missing(let file): missing = location.store.root + file
            case .unfinished(let folder): throw DataSetError.unfinished(folder: location.store.root + folder)
            }
        }
        throw DataSetError.incomplete(location: location.description, missingFile: missing)
    }

    /// The result of listing a location.
    private struct Listed {
        /// Files that match the pattern directly.
        var named: [ObjectMetadata] = []
        /// Files of folders.
        private var files: [ObjectMetadata] = []
        private var companions: [ObjectMetadata] = []
        /// The log of each Delta Lake table, by the table's folder.
        private(set) var deltaLogs: [String: [ObjectMetadata]] = [:]
        private var otherTables: [(format: TableFormat, root: String)] = []
        /// The folders that were listed and hold files.
        private var bases: Set<String> = []

        var hasFiles: Bool { !files.isEmpty }

        var versions: FolderVersions {
            var versions = FolderVersions()
            for file in files { versions.take(file: file) }
            for companion in companions { versions.take(companion: companion) }
            return versions
        }

        mutating func take(_ object: ObjectMetadata, below folder: String) {
            if isDataFile(object.key.path.utf8.dropFirst(folder.utf8.count)) {
                files.append(object)
                bases.insert(folder)
                return
            }
            companions.append(object)
            guard let table = TableFormat.table(ofLogFile: object.key.path) else { return }
            if table.format == .delta {
                deltaLogs[table.root, default: []].append(object)
            } else if !otherTables.contains(where: { $0.root == table.root }) {
                otherTables.append(table)
            }
        }

        /// Removes and returns the data files of a folder.
        mutating func takeFiles(below folder: String) -> [ObjectMetadata] {
            let taken = files.filter { $0.key.path.utf8.starts(with: folder.utf8) }
            files.removeAll { $0.key.path.utf8.starts(with: folder.utf8) }
            return taken
        }

        /// - Throws: ``DataSetError/unsupportedTable(folder:format:reason:)`` when a file lies in a table whose log is not
        ///   read here.
        func checkTables(_ location: StorageLocation) async throws {
            func fail(_ table: (format: TableFormat, root: String), _ reason: String) -> DataSetError {
                .unsupportedTable(
                    folder: location.store.root + table.root, format: table.format.rawValue, reason: reason)
            }
            if let table = otherTables.first {
                throw fail(table, "its folder also holds files that no longer belong to it, and its log is not read")
            }
            let reason = "a part of it also holds files that no longer belong to it; read its whole folder"
            for folder in Set(named.map(\.key.folder)).sorted() {
                if let table = try await TableFormat.table(ofFolder: folder, in: location.store) {
                    throw fail(table, reason)
                }
            }
            for folder in bases.sorted() {
                if let table = try await TableFormat.table(above: folder, in: location.store) {
                    throw fail(table, reason)
                }
            }
        }

        func emptiness(_ location: StorageURI) -> String {
            if !companions.isEmpty {
                "the folder holds no data files, only \(companions.count) skipped because of their names (such as _SUCCESS, .hidden, x.json)"
            } else if location.pattern != nil {
                "no file or folder matches the pattern"
            } else {
                "there is no such file, and no folder with data files"
            }
        }
    }

    private static func listed(_ location: StorageLocation) async throws -> Listed {
        var listed = Listed()
        for try await entry in location.store.entries(prefix: location.folderPrefix) {
            switch entry {
            case .object(let object): if !object.isFolderMarker { listed.take(object, below: location.folderPrefix) }
            case .unlisted(let unlisted): try refuseToMiss(unlisted, below: location.folderPrefix)
            }
        }
        guard !listed.hasFiles, let pattern = location.uri.pattern else { return listed }
        let expansion = try await GlobExpansion.expanding(pattern, in: location.store)
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

    /// - Throws: For objects that would be read if they could be, so that no data are silently skipped.
    private static func refuseToMiss(_ unlisted: UnlistedObject, below folder: String) throws {
        guard unlisted.mayHoldContent, isDataFile(unlisted.path.utf8.dropFirst(folder.utf8.count)) else { return }
        throw ObjectStoreError(
            .invalidKey, location: unlisted.location,
            message: "\(unlisted.reason), so that it cannot be read with the other files; rename or remove it")
    }

    /// Endings of files that lie beside data and describe them.
    private static let companionEndings: Set<String> = ["json", "yaml", "yml", "crc", "md", "html", "sha256", "log"]

    /// Whether a file counts as data by its path below the folder.
    package static func isDataFile(_ path: Substring.UTF8View.SubSequence) -> Bool {
        let names = path.split(separator: UInt8(ascii: "/"))
        let isVisible = names.indices.allSatisfy { index in
            switch names[index].first {
            case UInt8(ascii: "."): false
            case UInt8(ascii: "_"): index < names.count - 1 && PartitionValue.isPartition(names[index])
            default: true
            }
        }
        let ending = names.last?.split(separator: UInt8(ascii: ".")).dropFirst().last
        // Spark names the parts of JSON lines so.
        if isVisible, let name = names.last, let ending, name.starts(with: "part-".utf8),
            ending.elementsEqual("json".utf8)
        {
            return true
        }
        return isVisible && !companionEndings.contains(ending.map { String(decoding: $0, as: UTF8.self) } ?? "")
    }

    fileprivate static func commonFormat(_ files: [ObjectMetadata], of location: StorageLocation) async throws
        -> DataFormat
    {
        let formats = try await files.concurrentMap { file in
            try await DataFormat.detect(StoredObjectInput(store: location.store, metadata: file))
        }
        guard let first = formats.first else { preconditionFailure("there is at least one file") }
        if let other = formats.firstIndex(where: { $0 != first }) {
            throw DataSetError.mixedFormats(
                file: location.store.root + files[0].key.path, format: first,
                otherFile: location.store.root + files[other].key.path, otherFormat: formats[other])
        }
        return first
    }
}

/// The files of a location by their names alone: none has been opened yet.
package struct FoundFiles: Sendable {
    private let location: StorageLocation
    private let candidates: DataFiles.Candidates
    /// In ascending byte order of their keys.
    package let files: [ObjectMetadata]

    /// Finds the files as ``DataFiles/find(_:)`` does.
    package init(_ location: StorageLocation) async throws {
        let location = try await location.spooled()
        let found = try await DataFiles.candidates(location)
        var files = found.files
        if files.count > 1 || files.first?.key.path != location.uri.path { files.removeAll { $0.size == 0 } }
        guard !files.isEmpty else {
            throw DataSetError.nothingFound(
                location: location.description, detail: "none of the \(found.files.count) files found has content")
        }
        self.location = location
        candidates = found
        self.files = files
    }

    /// Where the files are; that of a pipe is a temporary file.
    package var store: any ObjectStore { location.store }

    /// The wanted files, with their format detected by content.
    package func dataFiles(_ isWanted: (ObjectMetadata) -> Bool) async throws -> DataFiles {
        let wanted = files.filter(isWanted)
        let partitions = wanted.map { file in
            candidates.partitions[file.key] ?? PartitionValue.values(ofKey: file.key, below: location.folderPrefix)
        }
        return DataFiles(
            location: location, files: wanted, format: try await DataFiles.commonFormat(wanted, of: location),
            partitions: PartitionColumns(partitions))
    }
}

extension Array where Element: Sendable {
    /// The results for all elements, in order; eight at a time.
    package func concurrentMap<Result: Sendable>(
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
