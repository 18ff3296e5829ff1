/// What an artifact URI refers to.
package enum ArtifactReference: Hashable {
    /// `runs:/ID/path`; the path may be empty.
    case run(id: String, path: String)
    /// `models:/...`.
    case model(ModelReference)
    /// `models:/m-ID`: one of MLflow 3's logged models, which has no version.
    case loggedModel(id: String)
    /// A path or a URL of a store.
    case location(String)

    package init(_ uri: String) throws(TrackingError) {
        guard let colon = uri.utf8.firstIndex(of: UInt8(ascii: ":")) else {
            self = .location(uri)
            return
        }
        let rest = uri.utf8[uri.utf8.index(after: colon)...]
        switch uri[..<colon] {
        case "runs":
            let segments = try Self.segments(of: rest, uri: uri)
            guard let id = segments.first else { throw TrackingError(.invalidValue, uri, "names no run") }
            self = .run(id: id, path: segments.dropFirst().joined(separator: "/"))
        case "models":
            let segments = try Self.segments(of: rest, uri: uri)
            if segments.count == 1, segments[0].utf8.starts(with: "m-".utf8), !segments[0].utf8.contains(Self.at) {
                self = .loggedModel(id: segments[0])
            } else {
                self = .model(try ModelReference(segments: segments, uri: uri))
            }
        default: self = .location(uri)
        }
    }

    private static let at = UInt8(ascii: "@")

    /// `/a/b` or `///a/b`.
    private static func segments(of path: Substring.UTF8View, uri: String) throws(TrackingError) -> [String] {
        let slash = UInt8(ascii: "/")
        guard path.first == slash else { throw TrackingError(.invalidValue, uri, "lacks a '/' after the colon") }
        let segments = path.drop { $0 == slash }.split(separator: slash, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard !segments.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }) else {
            throw TrackingError(.invalidValue, uri, "has an empty segment, '.' or '..'")
        }
        return segments
    }
}

/// How a URI names a model version.
package struct ModelReference: Hashable {
    package enum Selector: Hashable {
        case version(Int)
        case alias(String)
        /// The highest number, of a stage if one is named.
        case latest(stage: String?)
    }

    package var name: String
    package var selector: Selector

    fileprivate init(segments: [String], uri: String) throws(TrackingError) {
        if segments.count == 2 {
            name = segments[0]
            if segments[1].utf8.allSatisfy({ (48...57).contains($0) }) {
                guard let number = Int(segments[1]) else {
                    throw TrackingError(.invalidValue, uri, "has a version number that is too large")
                }
                selector = .version(number)
            } else if segments[1].lowercased() == "latest" {
                selector = .latest(stage: nil)
            } else {
                selector = .latest(stage: segments[1])
            }
        } else if segments.count == 1, let at = segments[0].lastIndex(of: "@"), at > segments[0].startIndex,
            segments[0].index(after: at) < segments[0].endIndex
        {
            name = String(segments[0][..<at])
            selector = .alias(String(segments[0][segments[0].index(after: at)...]))
        } else {
            throw TrackingError(
                .invalidValue, uri, "is not of the form models:/NAME@alias, models:/NAME/3 or models:/NAME/latest")
        }
    }
}
