import Essentials

/// The commit that a working folder has checked out.
public enum GitCommit {
    /// 40 or 64 hexadecimal digits; nil outside of a repository, and before its first commit.
    ///
    /// Reads the repository's own files (gitrepository-layout): `HEAD`, loose and packed references, and the `.git` file
    /// of a linked working tree. No program is run.
    public static func current(ofRepositoryAround folder: String) -> String? {
        var location = URL(filePath: TrackingURI.absolute(folder))
        while true {
            if let git = gitFolder(location.appending(path: ".git")) { return commit(git) }
            let parent = location.deletingLastPathComponent()
            guard parent.path() != location.path(), location.path() != "/" else { return nil }
            location = parent
        }
    }

    /// The folder itself, or the one that a `.git` file points to.
    private static func gitFolder(_ location: URL) -> URL? {
        if text(location.appending(path: "HEAD")) != nil { return location }
        guard let pointer = text(location), pointer.hasPrefix("gitdir: ") else { return nil }
        let target = resolve(String(pointer.dropFirst(8)), in: location.deletingLastPathComponent())
        return text(target.appending(path: "HEAD")) == nil ? nil : target
    }

    private static func commit(_ git: URL) -> String? {
        guard let head = text(git.appending(path: "HEAD")) else { return nil }
        guard head.hasPrefix("ref: ") else { return isCommit(head) ? head : nil }
        let reference = String(head.dropFirst(5))
        // A linked working tree keeps its references in the main repository.
        let common = text(git.appending(path: "commondir")).map { resolve($0, in: git) } ?? git
        for folder in [git, common] {
            if let commit = text(folder.appending(path: reference)), isCommit(commit) { return commit }
        }
        for line in (text(common.appending(path: "packed-refs")) ?? "").split(separator: "\n") {
            let parts = line.split(separator: " ")
            if parts.count == 2, parts[1] == reference, isCommit(String(parts[0])) { return String(parts[0]) }
        }
        return nil
    }

    private static func resolve(_ path: String, in folder: URL) -> URL {
        path.hasPrefix("/") ? URL(filePath: path) : folder.appending(path: path).standardizedFileURL
    }

    private static func isCommit(_ text: String) -> Bool {
        [40, 64].contains(text.utf8.count) && text.allSatisfy(\.isHexDigit)
    }

    private static func text(_ file: URL) -> String? {
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return nil }
        return text.trimmed
    }
}
