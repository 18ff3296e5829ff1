/// Tells how a JSON document is encoded, as Python's `json` module does: by a byte order mark, or by the zeros among
/// its first bytes.
enum JSONEncodings {
    /// The document in UTF-8, without a byte order mark; nil for bytes that are no text in their encoding.
    static func utf8(_ bytes: [UInt8]) -> [UInt8]? {
        guard let text = text(bytes) else { return nil }
        // A byte order mark is not part of the document.
        return text.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(text.dropFirst(3)) : text
    }

    private static func text(_ bytes: [UInt8]) -> [UInt8]? {
        let start = bytes.prefix(4)
        if start.starts(with: [0xFF, 0xFE, 0, 0]) { return utf32(bytes, isBigEndian: false) }
        if start.starts(with: [0, 0, 0xFE, 0xFF]) { return utf32(bytes, isBigEndian: true) }
        if start.starts(with: [0xFF, 0xFE]) { return utf16(bytes, isBigEndian: false) }
        if start.starts(with: [0xFE, 0xFF]) { return utf16(bytes, isBigEndian: true) }
        if bytes.count >= 4 {
            if bytes[0] == 0 {
                return bytes[1] == 0 ? utf32(bytes, isBigEndian: true) : utf16(bytes, isBigEndian: true)
            }
            if bytes[1] == 0 {
                let isWide = bytes[2] == 0 && bytes[3] == 0
                return isWide ? utf32(bytes, isBigEndian: false) : utf16(bytes, isBigEndian: false)
            }
        } else if bytes.count == 2 {
            if bytes[0] == 0 { return utf16(bytes, isBigEndian: true) }
            if bytes[1] == 0 { return utf16(bytes, isBigEndian: false) }
        }
        return String(validating: bytes, as: UTF8.self) == nil ? nil : bytes
    }

    private static func utf16(_ bytes: [UInt8], isBigEndian: Bool) -> [UInt8]? {
        guard bytes.count % 2 == 0 else { return nil }
        let units = stride(from: 0, to: bytes.count, by: 2).map { position in
            let (first, second) = (UInt16(bytes[position]), UInt16(bytes[position + 1]))
            return isBigEndian ? first << 8 | second : second << 8 | first
        }
        return String(validating: units, as: UTF16.self).map { Array($0.utf8) }
    }

    private static func utf32(_ bytes: [UInt8], isBigEndian: Bool) -> [UInt8]? {
        guard bytes.count % 4 == 0 else { return nil }
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count / 4)
        for position in stride(from: 0, to: bytes.count, by: 4) {
            let unit = bytes[position..<position + 4]
            let value = (isBigEndian ? Array(unit) : unit.reversed()).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            guard let scalar = Unicode.Scalar(value) else { return nil }
            text += String(Character(scalar)).utf8
        }
        return text
    }
}
