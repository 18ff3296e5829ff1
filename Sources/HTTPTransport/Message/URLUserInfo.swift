/// A URL, and the user and password in it, split by bytes: people leave anything unencoded in passwords.
///
/// Where such characters make it unclear where the password ends, there is no value: a wrong guess would take a part of
/// the password for the host, and the next error would print it.
package struct URLUserInfo: Sendable {
    /// The URL without user and password.
    package let url: String
    /// Decoded; nil where the URL names none.
    package let user: String?
    /// Decoded; nil where the URL has none.
    package let password: String?

    /// What is wrong with a URL that has no value here, and how to fix it.
    package static let advice =
        "it is unclear where user and password end; in them write @ as %40, / as %2F, ? as %3F, # as %23 and % as %25"

    /// - Returns: Nil for more than one `@`, for one behind the first `/`, `?` or `#`, and for user-info that does not
    ///   decode to UTF-8 without control characters.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.contains(UInt8(ascii: "@")) else {
            (url, user, password) = (text, nil, nil)
            return
        }
        guard let start = Self.authorityStart(bytes) else { return nil }
        let authority = bytes[start...].prefix { !"/?#".utf8.contains($0) }
        guard let at = authority.firstIndex(of: UInt8(ascii: "@")),
            !bytes[(at + 1)...].contains(UInt8(ascii: "@"))
        else { return nil }
        let parts = bytes[start..<at].split(
            separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
        var texts: [String] = []
        for part in parts {
            guard let text = Self.decoded(part) else { return nil }
            texts.append(text)
        }
        url = String(decoding: bytes[..<start] + bytes[(at + 1)...], as: UTF8.self)
        user = texts.first
        password = texts.count > 1 ? texts[1] : nil
    }

    /// What may be shown of a URL: neither user and password nor query and fragment; the scheme alone where it is
    /// unclear what belongs to them, and nothing of a text that is not a URL but may hold a password.
    package static func display(_ text: String) -> String {
        let bytes = Array(text.utf8)
        guard let start = authorityStart(bytes) else {
            let mayBeSecret = bytes.contains { "@:=".utf8.contains($0) || $0 <= 0x20 }
            return mayBeSecret ? "…" : text
        }
        guard let parts = URLUserInfo(text) else { return String(decoding: bytes[..<start], as: UTF8.self) + "…" }
        return String(decoding: parts.url.utf8.prefix { !"?#".utf8.contains($0) }, as: UTF8.self)
    }

    /// Where the authority begins: behind a scheme and `://`.
    private static func authorityStart(_ bytes: [UInt8]) -> Int? {
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), colon > 0,
            bytes[(colon + 1)...].starts(with: "//".utf8), isLetter(bytes[0]),
            bytes[..<colon].allSatisfy({ isLetter($0) || (48...57).contains($0) || "+-._".utf8.contains($0) })
        else { return nil }
        return colon + 3
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (65...90).contains(byte) || (97...122).contains(byte) }

    private static func decoded(_ part: ArraySlice<UInt8>) -> String? {
        var bytes: [UInt8] = []
        var rest = part
        while let byte = rest.popFirst() {
            guard byte >= 0x20, byte != 0x7F else { return nil }
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = rest.prefix(2).compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
            guard digits.count == 2 else { return nil }
            let value = UInt8(digits[0] * 16 + digits[1])
            guard value >= 0x20, value != 0x7F else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
