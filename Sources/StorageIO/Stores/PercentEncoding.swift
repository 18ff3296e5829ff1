/// Percent-encoding as AWS signatures require and all servers accept: every byte except the unreserved ones of RFC 3986
/// (section 2.3) becomes `%XX`.
package enum PercentEncoding {
    /// A value or name in a query.
    package static func query(_ text: String) -> String { encode(text, keepsSlash: false) }

    /// A key in a path; `/` stays.
    package static func path(_ text: String) -> String { encode(text, keepsSlash: true) }

    /// `name=value` pairs joined by `&`, sorted by their encoded bytes.
    static func query(_ parameters: [(name: String, value: String)]) -> String {
        parameters.map { (query($0.name), query($0.value)) }
            .sorted { $0 < $1 }
            .map { "\($0)=\($1)" }.joined(separator: "&")
    }

    /// The text with `%XX` replaced by bytes and, by default, `+` by spaces, as S3 encodes with `encoding-type=url`;
    /// nil when that is not UTF-8.
    static func decode(_ text: String, plusIsSpace: Bool = true) -> String? {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else { return text }
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let value = popByte(from: &rest) {
                bytes.append(value)
            } else {
                bytes.append(byte == UInt8(ascii: "+") && plusIsSpace ? UInt8(ascii: " ") : byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// Removes two hexadecimal digits, which follow a `%`; nil, and nothing removed, where there is anything else.
    static func popByte(from rest: inout Substring.UTF8View) -> UInt8? {
        guard let digits = String(rest.prefix(2)), digits.utf8.count == 2, digits.allSatisfy(\.isHexDigit) else {
            return nil
        }
        rest = rest.dropFirst(2)
        return UInt8(digits, radix: 16)
    }

    private static func encode(_ text: String, keepsSlash: Bool) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                bytes.append(byte)
            case UInt8(ascii: "/") where keepsSlash:
                bytes.append(byte)
            default:
                bytes += [UInt8(ascii: "%"), hexadecimal(byte >> 4), hexadecimal(byte & 15)]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func hexadecimal(_ digit: UInt8) -> UInt8 {
        digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "A") + digit - 10
    }
}
