import Essentials
import HTTPTransport

/// A location as users write it: a path, a folder, a pattern such as `raw/*.txt`, or a URL.
///
/// - Plain paths are used as they are, relative to the working directory.
/// - `file:` URLs have an absolute path and are percent-decoded.
/// - Other URLs are `scheme://authority/path`; as S3 and Hadoop clients do, their path is not percent-decoded.
///
/// `*`, `?`, `[...]`, `{...}` and `**` make the path a pattern; a backslash, or percent-encoding in `file:` URLs, makes
/// them plain characters.
public struct StorageURI: Sendable, Hashable {
    /// Lower case; `file` for plain paths.
    public let scheme: String
    /// Bucket, host and port, or name of the store; empty for files.
    public let authority: String
    /// The rest, without leading and closing `/`, escapes removed; empty for the store's root.
    public let path: String
    /// Whether the text ended with `/`: always a folder.
    public let isFolder: Bool
    let pattern: GlobPattern?

    /// - Throws: ``ObjectStoreError`` with code ``ObjectStoreError/Code/invalidURL``.
    public init(_ text: String) throws(ObjectStoreError) {
        guard let (scheme, rest) = Self.splitScheme(text) else {
            guard !Self.isBrokenURL(text) else {
                throw Self.invalid(
                    "…", "is neither a URL nor a path; a file's name with ':/' and '@' is written ./NAME")
            }
            try self.init(scheme: "file", authority: "", escapedPath: try Self.absolutePath(text), text: text)
            return
        }
        guard let (authority, path) = Self.splitAuthority(rest) else {
            throw Self.invalid(text, "expected //host/path or /path after \(scheme):")
        }
        guard !Self.hasUserInfo(scheme, authority, path) else {
            // The text is not shown: it may hold a password.
            throw Self.invalid("\(scheme)://...@...", "credentials do not belong in a URL")
        }
        guard scheme == "file" else {
            guard !authority.isEmpty || scheme == "memory" || scheme == "hdfs" else {
                throw Self.invalid(text, "the name of the bucket or host is missing after \(scheme)://")
            }
            try self.init(scheme: scheme, authority: authority, escapedPath: path, text: text)
            return
        }
        guard authority.isEmpty || authority.lowercased() == "localhost" else {
            throw Self.invalid(text, "a file URL names no host; write file:///path")
        }
        try self.init(scheme: scheme, authority: "", escapedPath: try Self.percentDecoded(path, of: text), text: text)
    }

    /// A path in a given store, without special characters; empty for the store's root.
    init(plainPath path: String) {
        (scheme, authority, self.path, isFolder, pattern) = ("file", "", path, path.isEmpty, nil)
    }

    /// The location as a URL or absolute path for messages.
    public var description: String {
        scheme == "file" ? "/" + path : "\(scheme)://\(authority)/\(path)"
    }

    /// The location of a key in a store whose root is, for example, `s3://bucket/`.
    package init(key: ObjectKey, root: String, isFolder: Bool) {
        let (scheme, rest) = Self.splitScheme(root) ?? ("file", "")
        self.scheme = scheme
        authority = Self.splitAuthority(rest)?.authority ?? ""
        path = key.path
        self.isFolder = isFolder
        pattern = nil
    }

    private init(
        scheme: String, authority: String, escapedPath: String, text: String
    ) throws(ObjectStoreError) {
        let segments = try Self.normalizedSegments(escapedPath, isFile: scheme == "file", of: text)
        let escaped = segments.joined(separator: "/")
        self.scheme = scheme
        self.authority = authority
        path = GlobPattern.unescaped(escaped)
        isFolder = escapedPath.endsWithSlash
        pattern = GlobPattern.isPattern(escaped) ? try Self.pattern(escaped, of: text) : nil
    }

    private static func pattern(_ escaped: String, of text: String) throws(ObjectStoreError) -> GlobPattern {
        do {
            return try GlobPattern(escaped)
        } catch {
            throw invalid(text, error.message)
        }
    }

    /// An absolute path without special characters and leading `/`, dot segments removed.
    static func normalizedPath(_ path: String) throws(ObjectStoreError) -> String {
        try normalizedSegments(absolutePath(path), isFile: true, of: path).joined(separator: "/")
    }

    private static func absolutePath(_ path: String) throws(ObjectStoreError) -> String {
        guard !path.isEmpty else { throw invalid(path, "the location is empty") }
        if path.utf8.first == UInt8(ascii: "/") { return path }
        return GlobPattern.escaped(FileManager.default.currentDirectoryPath) + "/" + path
    }

    private static func normalizedSegments(
        _ path: String, isFile: Bool, of text: String
    ) throws(ObjectStoreError) -> [Substring] {
        guard !path.utf8.contains(0) else { throw invalid(text, "a location cannot have a NUL byte") }
        var segments: [Substring] = []
        for segment in path.slashSegments where !segment.isEmpty && !segment.hasBytes(of: ".") {
            if !segment.hasBytes(of: "..") {
                segments.append(segment)
            } else if isFile {
                _ = segments.popLast()
            } else {
                throw invalid(text, ".. is not allowed in this location")
            }
        }
        return segments
    }

    /// `scheme` and what follows its colon, if the text is a URL: `word://...`, or `file:/...`.
    private static func splitScheme(_ text: String) -> (scheme: String, rest: Substring)? {
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")), text[..<colon].utf8.allSatisfy({ $0 < 0x80 })
        else { return nil }
        let scheme = text[..<colon].lowercased(), rest = text[text.utf8.index(after: colon)...]
        guard let first = scheme.utf8.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first),
            scheme.utf8.allSatisfy({ byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "+-.".utf8.contains(byte)
            }),
            rest.startsWithBytes(of: "//") || (scheme == "file" && rest.startsWithBytes(of: "/"))
        else { return nil }
        return (scheme, rest)
    }

    /// Whether there are, or may be, credentials before the host: a password with a slash ends the authority early,
    /// after a colon, which bucket names do not have and which otherwise only a port follows.
    private static func hasUserInfo(_ scheme: String, _ authority: String, _ path: String) -> Bool {
        let at = UInt8(ascii: "@")
        if authority.utf8.contains(at) { return true }
        var host = authority.utf8[...]
        // An IPv6 address has colons, in brackets.
        if host.first == UInt8(ascii: "["), let end = host.firstIndex(of: UInt8(ascii: "]")) { host = host[end...] }
        guard path.utf8.contains(at), let colon = host.firstIndex(of: UInt8(ascii: ":")) else { return false }
        let port = host[host.index(after: colon)...]
        return scheme.hasPrefix("s3") || port.isEmpty || !port.allSatisfy { (48...57).contains($0) }
    }

    /// Whether a text that is not a URL looks like one with credentials, such as with an extra slash or space.
    private static func isBrokenURL(_ text: String) -> Bool {
        let bytes = text.utf8
        guard let slash = bytes.firstIndex(of: UInt8(ascii: "/")), slash > bytes.startIndex,
            bytes[bytes.index(before: slash)] == UInt8(ascii: ":")
        else { return false }
        return bytes[slash...].contains(UInt8(ascii: "@"))
    }

    private static func splitAuthority(_ rest: Substring) -> (authority: String, path: String)? {
        guard rest.startsWithBytes(of: "//") else {
            return rest.startsWithBytes(of: "/") ? ("", String(rest)) : nil
        }
        let afterSlashes = rest[rest.utf8.index(rest.startIndex, offsetBy: 2)...]
        guard let slash = afterSlashes.utf8.firstIndex(of: UInt8(ascii: "/")) else {
            return (String(afterSlashes), "")
        }
        return (String(afterSlashes[..<slash]), String(afterSlashes[slash...]))
    }

    /// Decodes `%XX`; encoded characters are not special in patterns.
    private static func percentDecoded(_ path: String, of text: String) throws(ObjectStoreError) -> String {
        var bytes: [UInt8] = []
        var rest = path.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let value = PercentEncoding.popByte(from: &rest) else {
                throw invalid(text, "% is not followed by two hexadecimal digits")
            }
            if "*?[]{},\\".utf8.contains(value) { bytes.append(UInt8(ascii: "\\")) }
            bytes.append(value)
        }
        guard let decoded = String(validating: bytes, as: UTF8.self) else {
            throw invalid(text, "the percent-encoded bytes are not UTF-8")
        }
        return decoded
    }

    private static func invalid(_ text: String, _ message: String) -> ObjectStoreError {
        // A path is shown as it is.
        let mayBeSecret = text.utf8.contains(UInt8(ascii: "@")) && splitScheme(text) != nil
        return ObjectStoreError(
            .invalidURL, location: mayBeSecret ? URLUserInfo.display(text) : text, message: message)
    }
}

extension StorageURI: CustomStringConvertible {}
