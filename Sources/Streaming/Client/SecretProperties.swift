/// Keeps secrets of a configuration out of texts.
struct SecretProperties: Sendable {
    static let replacement = "[hidden]"

    /// Whether the value of that librdkafka property must not be shown.
    static func isSecret(_ property: String) -> Bool {
        let name = property.lowercased()
        return ["password", "secret", "token", "jaas", "oauthbearer.config", "ssl.key", "credential"]
            .contains { name.contains($0) }
    }

    private let values: [String]

    init(_ properties: [String: String]) {
        // Longest first: a secret may hold another one.
        values = properties.filter { Self.isSecret($0.key) && !$0.value.isEmpty }.map(\.value)
            .sorted { $0.utf8.count > $1.utf8.count }
    }

    /// The text with every secret value replaced.
    func hiding(in text: String) -> String {
        var text = text
        for value in values where text.contains(value) {
            text = text.split(separator: value, omittingEmptySubsequences: false).joined(separator: Self.replacement)
        }
        return text
    }
}
