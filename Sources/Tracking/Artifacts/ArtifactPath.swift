import StorageIO

/// Locations of artifacts as MLflow writes them: absolute paths or URLs.
enum ArtifactPath {
    /// A location below another. A URL's query stays at its end.
    static func join(_ location: String, _ path: String) -> String {
        guard hasScheme(location), let mark = location.utf8.firstIndex(of: UInt8(ascii: "?")) else {
            return joinPlain(location, path)
        }
        return joinPlain(String(location[..<mark]), path) + location[mark...]
    }

    private static func joinPlain(_ location: String, _ path: String) -> String {
        location.utf8.last == UInt8(ascii: "/") ? location + path : "\(location)/\(path)"
    }

    /// - Throws: ``TrackingError`` for a path with empty segments, `.` or `..`, or one that starts with `/`.
    static func check(_ path: String) throws(TrackingError) {
        do {
            _ = try ObjectKey(path)
        } catch {
            throw TrackingError(.invalidValue, "artifact '\(path)'", "is not a relative path of plain segments")
        }
    }

    /// Paths made absolute; URLs as they are.
    static func normalized(_ location: String) -> String {
        hasScheme(location) ? location : TrackingURI.absolute(location)
    }

    static func hasScheme(_ location: String) -> Bool { scheme(of: location) != nil }

    /// Letters, digits, `+`, `-`, `.` before `:/`.
    static func scheme(of location: String) -> String? {
        let parts = location.utf8.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].first == UInt8(ascii: "/"), let first = parts[0].first, isLetter(first),
            parts[0].allSatisfy({ isLetter($0) || (48...57).contains($0) || "+-.".utf8.contains($0) })
        else { return nil }
        return String(parts[0])?.lowercased()
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (65...90).contains(byte) || (97...122).contains(byte) }
}
