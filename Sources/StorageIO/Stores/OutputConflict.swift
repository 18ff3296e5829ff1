import Parallelism

/// An output that would replace an input or another output.
public struct OutputConflict: Error, Sendable, Hashable, CustomStringConvertible {
    /// The location of the output.
    public let output: String
    /// The location that would be lost.
    public let other: String

    /// Writing to one would replace the other.
    public init(output: String, other: String) {
        self.output = output
        self.other = other
    }

    /// One line for a person.
    public var description: String {
        "\(output): writing there would replace \(other), which is read or written as well; choose another output"
    }
}

extension StorageLocation {
    /// Refuses an output that would destroy an input: the same object, by whatever spelling, hard link or symbolic
    /// link, one of the objects of a folder or pattern, or a folder that an input lies in. Call it before anything is
    /// written.
    ///
    /// Pipes and devices replace nothing. An output that does not exist yet may lie in a folder that is read.
    /// - Throws: ``OutputConflict``; what listing the inputs throws.
    public func checkOutput(doesNotReplace inputs: [StorageLocation]) async throws {
        for input in inputs {
            let lost =
                if let own = store as? LocalObjectStore {
                    if let other = input.store as? LocalObjectStore {
                        try await lostFile(own, input, other)
                    } else {
                        String?.none
                    }
                } else if store.isSame(as: input.store) {
                    try await lostObject(of: input)
                } else {
                    String?.none
                }
            if let lost {
                let output = (store as? LocalObjectStore).map { $0.base + uri.path } ?? description
                throw OutputConflict(output: output, other: lost)
            }
        }
    }

    private func lostObject(of input: StorageLocation) async throws -> String? {
        let path = uri.path
        // Skips the listing if none is needed: the input is one object elsewhere, or a folder elsewhere.
        let folder = input.uri.pattern?.literalFolder ?? input.folderPrefix
        let mayMeet =
            (path + "/").startsWithBytes(of: folder) || folder.startsWithBytes(of: folderPrefix)
            || path.hasBytes(of: input.uri.path)
        guard mayMeet else { return nil }
        return try await input.contents().objects.first {
            $0.key.path.hasBytes(of: path) || $0.key.path.startsWithBytes(of: folderPrefix)
        }.map { input.store.root + $0.key.path }
    }

    private func lostFile(
        _ own: LocalObjectStore, _ input: StorageLocation, _ other: LocalObjectStore
    ) async throws -> String? {
        let output = own.base + uri.path
        let status = try await BlockingPool.files.run { try? SystemCalls.status(output) }
        guard let status, status.isRegularFile || status.isFolder else { return nil }
        var paths = try await input.contents().objects.map { other.base + $0.key.path }
        if status.isFolder { paths.append(other.base + input.uri.path) }
        return try await BlockingPool.files.run { [paths] in
            guard status.isFolder else {
                let identity = FileIdentity(status)
                return paths.first { (try? SystemCalls.status($0)).map(FileIdentity.init) == identity }
            }
            let folder = try SystemCalls.realPath(output)
            return paths.first { path in
                (try? SystemCalls.realPath(path)).map { SystemCalls.names(of: $0, below: folder) != nil } ?? false
            }
        }
    }
}

extension ObjectStore {
    /// The prefix of the paths of a folder's files with links resolved, as far as the folder exists.
    func withoutLinks(folder: String) async throws -> String {
        guard let local = self as? LocalObjectStore else { return folder }
        return try await BlockingPool.files.run {
            var rest: [Substring] = []
            var path = local.base + folder
            while true {
                if let real = try? SystemCalls.realPath(path) {
                    let all = rest.reduce(real) { SystemCalls.path($0, $1) }
                    return all.endsWithSlash ? all : all + "/"
                }
                if path.endsWithSlash { path = String(decoding: path.utf8.dropLast(), as: UTF8.self) }
                guard !path.isEmpty else { return local.base + folder }
                rest.insert(path.lastSlashSegment, at: 0)
                path = SystemCalls.parent(path)
            }
        }
    }
}
