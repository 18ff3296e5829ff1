/// Arguments that may hold a password: addresses with something before an `@`, and settings of one.
package struct ArgumentSecrets: Sendable {
    private let secrets: [String]

    /// - Parameter arguments: the program's name first.
    package init(_ arguments: [String]) {
        let values = arguments.dropFirst().flatMap { argument in
            // `--option=value`: messages may repeat only the value.
            let parts = argument.utf8.split(separator: UInt8(ascii: "="), maxSplits: 1)
            let isOption = argument.utf8.starts(with: "--".utf8) && parts.count == 2
            return isOption ? [argument, String(decoding: parts[1], as: UTF8.self)] : [argument]
        }
        // Longest first: one may contain another.
        secrets = values.filter(Self.mayBeSecret).sorted { $0.utf8.count > $1.utf8.count }
    }

    /// The text with each of them replaced by `…`.
    package func hiding(in text: String) -> String {
        secrets.reduce(text) { text, secret in
            text.split(separator: secret, omittingEmptySubsequences: false).joined(separator: "…")
        }
    }

    private static func mayBeSecret(_ argument: String) -> Bool {
        let hasUserInfo = argument.utf8.contains(UInt8(ascii: "@")) && argument.utf8.contains(UInt8(ascii: ":"))
        return hasUserInfo || argument.lowercased().contains("password=")
    }
}
