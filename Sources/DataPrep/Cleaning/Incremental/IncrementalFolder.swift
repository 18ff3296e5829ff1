import Essentials
import StorageIO

/// The files of an incremental data set and of its state.
///
///     FOLDER/part-00001-increment.parquet     one for each run that added rows
///     FOLDER/_SUCCESS                         empty
///     FOLDER/_incremental/state.json          what the runs so far have cleaned
///     FOLDER/_incremental/pending.json        the state as a run leaves it, until it is state.json
///     FOLDER/_incremental/ids-00001.bin       transaction_ids seen
///     FOLDER/_incremental/lock-1.json         the run that is at work
struct IncrementalFolder: Sendable {
    /// Starts with `_`, so that readers of data sets skip its contents.
    static let stateFolder = "_incremental"

    let location: StorageLocation

    /// - Throws: ``IncrementalCleaningError/noFolder(output:)``.
    init(_ location: StorageLocation) throws {
        guard location.uri.isFolder else { throw IncrementalCleaningError.noFolder(output: location.description) }
        self.location = location
    }

    var store: any ObjectStore { location.store }
    /// For messages.
    var name: String { location.description }
    var state: ObjectKey { get throws { try own("state.json") } }
    var pending: ObjectKey { get throws { try own("pending.json") } }
    var success: ObjectKey { get throws { try location.key(DataSetManifest.fileName) } }
    var lockPrefix: String { location.folderPrefix + Self.stateFolder + "/lock-" }

    func lock(_ generation: Int) throws -> ObjectKey { try own("lock-\(generation).json") }

    /// A file of the state's folder.
    func own(_ name: String) throws -> ObjectKey { try location.key("\(Self.stateFolder)/\(name)") }

    func idsName(run: Int, isMerged: Bool) -> String { "ids-\(run.zeroPadded(to: 5))\(isMerged ? "-merged" : "").bin" }

    /// The data file that a run adds; no two runs have the same.
    static func partName(run: Int) -> String { "part-\(run.zeroPadded(to: 5))-increment.parquet" }

    /// The run in a data file's name.
    static func run(ofPart name: String) -> Int? {
        guard let match = name.wholeMatch(of: #/part-(\d{5,18})-increment\.parquet/#) else { return nil }
        return Int(match.1)
    }

    /// The file of rejected rows of a run. The data set's tag distinguishes files of several data sets in one folder.
    func rejectsName(run: Int) -> String { "rejects-\(tag)-\(run.zeroPadded(to: 5)).parquet" }

    /// Whether a file's name is that of this data set's rejected rows.
    func isRejects(_ name: String) -> Bool {
        name.hasPrefix("rejects-\(tag)-") && name.hasSuffix(".parquet")
    }

    /// The same for every run on this folder.
    private var tag: String {
        String(Digests.sha256(Array((store.root + location.folderPrefix).utf8)).prefix(8))
    }

    /// Refuses a folder that belongs to incremental cleaning as the output of another writer.
    static func checkIsNone(_ output: CleaningOutput) async throws {
        if case .file = output.layout { return }
        let folder = output.location
        guard try await folder.store.exists(folder.key("\(stateFolder)/state.json")) else { return }
        throw IncrementalCleaningError.incrementalDataSet(folder: folder.description)
    }
}

/// The contents of the folder.
struct FolderListing: Sendable {
    /// By name below the folder: files that readers treat as data.
    var data: [String: ObjectMetadata] = [:]
    /// By name in the state's folder.
    var own: [String: ObjectMetadata] = [:]
    var success: ObjectMetadata?

    init(_ folder: IncrementalFolder) async throws {
        let prefix = folder.location.folderPrefix, own = IncrementalFolder.stateFolder + "/"
        for try await object in folder.store.list(prefix: prefix) {
            let name = object.key.path.utf8.dropFirst(prefix.utf8.count)
            if name.elementsEqual(DataSetManifest.fileName.utf8) {
                success = object
            } else if name.starts(with: own.utf8) {
                self.own[String(decoding: name.dropFirst(own.utf8.count), as: UTF8.self)] = object
            } else if DataFiles.isDataFile(name) {
                data[String(decoding: name, as: UTF8.self)] = object
            }
        }
    }
}
