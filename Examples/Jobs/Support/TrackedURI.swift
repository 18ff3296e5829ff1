/// URIs that tracking resolves, `models:/NAME@alias` and `runs:/ID/path`: they name no file.
package enum TrackedURI {
    package static func isTracked(_ location: String) -> Bool {
        location.hasPrefix("models:") || location.hasPrefix("runs:")
    }
}
