import StorageIO

/// Places of artifacts as MLflow writes them: absolute paths or URLs.
enum ArtifactPath {
    /// A place below another. A URL's query stays at its end.
    static func join(_ place: String, _ path: String) -> String {
        guard hasScheme(place), let mark = place.utf8.firstIndex(of: UInt8(ascii: "?")) else {
            return joinPlain(place, path)
        }
        return joinPlain(String(place[..<mark]), path) + place[mark...]
    }

    private static func joinPlain(_ place: String, _ path: String) -> String {
        place.utf8.last == UInt8(ascii: "/") ? place + path : "\(place)/\(path)"
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
    static func normalized(_ place: String) -> String { hasScheme(place) ? place : TrackingURI.absolute(place) }

    static func hasScheme(_ place: String) -> Bool { scheme(of: place) != nil }

    /// Letters, digits, `+`, `-`, `.` before `:/`.
    static func scheme(of place: String) -> String? {
        let parts = place.utf8.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].first == UInt8(ascii: "/"), let first = parts[0].first, isLetter(first),
            parts[0].allSatisfy({ isLetter($0) || (48...57).contains($0) || "+-.".utf8.contains($0) })
        else { return nil }
        return String(parts[0])?.lowercased()
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (65...90).contains(byte) || (97...122).contains(byte) }
}
