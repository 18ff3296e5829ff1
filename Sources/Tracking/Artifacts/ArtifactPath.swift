import StorageIO

/// Places of artifacts as MLflow writes them: absolute paths or URLs.
enum ArtifactPath {
    /// A place below another. A URL's query stays at its end.
    static func join(_ place: String, _ path: String) -> String {
        guard hasScheme(place), let mark = place.firstIndex(of: "?") else { return joinPlain(place, path) }
        return joinPlain(String(place[..<mark]), path) + place[mark...]
    }

    private static func joinPlain(_ place: String, _ path: String) -> String {
        place.hasSuffix("/") ? place + path : "\(place)/\(path)"
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
        guard let colon = place.firstIndex(of: ":"), place[place.index(after: colon)...].hasPrefix("/"),
            let first = place.first, first.isASCII, first.isLetter
        else { return nil }
        let scheme = place[..<colon]
        guard scheme.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }) else {
            return nil
        }
        return scheme.lowercased()
    }
}
