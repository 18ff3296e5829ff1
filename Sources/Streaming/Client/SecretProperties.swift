/// Removes a configuration's secrets from texts.
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
        // Longest first: a secret may contain another one.
        values = properties.filter { Self.isSecret($0.key) && !$0.value.isEmpty }.map(\.value)
            .sorted { $0.utf8.count > $1.utf8.count }
    }

    /// The text with every secret value replaced. By bytes: a following combining mark may form one character with a
    /// secret's last byte.
    func hiding(in text: String) -> String {
        guard !values.isEmpty else { return text }
        var rest = ArraySlice(text.utf8)
        var shown: [UInt8] = []
        while let byte = rest.first {
            if let secret = values.first(where: { rest.starts(with: $0.utf8) }) {
                shown.append(contentsOf: Self.replacement.utf8)
                rest = rest.dropFirst(secret.utf8.count)
            } else {
                shown.append(byte)
                rest = rest.dropFirst()
            }
        }
        return String(decoding: shown, as: UTF8.self)
    }
}
