/// URIs that tracking resolves, `models:/NAME@alias` and `runs:/ID/path`: they are not files.
package enum TrackedURI {
    package static func isTracked(_ location: String) -> Bool {
        location.hasPrefix("models:") || location.hasPrefix("runs:")
    }
}
