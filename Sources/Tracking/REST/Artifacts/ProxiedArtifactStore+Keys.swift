import StorageIO

extension ProxiedArtifactStore {
    /// - Throws: ``ObjectStoreError/Code/invalidKey`` for a name that the server would take for another one.
    func check(_ key: ObjectKey) throws(ObjectStoreError) {
        if let reason = Self.reasonAgainst(key.path) {
            throw ObjectStoreError(
                .invalidKey, location: location(key), message: "MLflow's server keeps no artifact whose path \(reason)")
        }
    }

    /// Why the server would not keep a path as it is. MLflow 3.17 decodes what comes in again and again, splits and
    /// reassembles it as a URL, and refuses fragments: a path that this changes would become another file.
    static func reasonAgainst(_ path: String) -> String? {
        let bytes = Array(path.utf8)
        if bytes.contains(where: { $0 < 0x20 || $0 == 0x7F }) { return "holds a control character" }
        if bytes.contains(UInt8(ascii: "#")) { return "holds '#'" }
        if bytes.contains(UInt8(ascii: "\\")) { return "holds a backslash" }
        func isDigit(_ byte: UInt8) -> Bool { Character(Unicode.Scalar(byte)).isHexDigit && byte < 0x80 }
        for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "%") && index + 2 < bytes.count {
            if isDigit(bytes[index + 1]), isDigit(bytes[index + 2]) { return "holds a percent-encoded character" }
        }
        if bytes.last == UInt8(ascii: "?") || bytes.last == UInt8(ascii: ";") { return "ends with '?' or ';'" }
        if zip(bytes, bytes.dropFirst()).contains(where: { $0 == UInt8(ascii: ";") && $1 == UInt8(ascii: "?") }) {
            return "holds ';?'"
        }
        if bytes.first == UInt8(ascii: " ") { return "begins with a space" }
        let first = path.utf8.prefix { $0 != UInt8(ascii: "/") }
        if first.contains(UInt8(ascii: ":")), path.unicodeScalars.first?.properties.isAlphabetic ?? false {
            return "begins with the scheme of a URL"
        }
        return nil
    }
}
