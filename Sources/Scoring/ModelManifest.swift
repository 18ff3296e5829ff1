import Essentials
import StorageIO

/// The files of a stored model with their SHA-256, in the form of `sha256sum`: `sha256sum --check SHA256SUMS` in the folder
/// verifies it. Written last, it makes the model complete.
///
/// A model that replaces another is in a numbered subfolder, `2/model.json` and so on, so that the earlier model stays
/// unchanged until the new list appears.
struct ModelManifest: Sendable, Hashable {
    static let fileName = "SHA256SUMS"

    /// Hexadecimal SHA-256 by path from the folder.
    private(set) var checksums: [String: String]

    /// Describes files in a subfolder or, with 0, in the folder itself.
    init(files: [String: [UInt8]], generation: Int) {
        checksums = [:]
        for (name, bytes) in files {
            checksums[ModelManifest.path(ofName: name, generation: generation)] = ModelManifest.checksum(bytes)
        }
    }

    /// - Throws: ``StoredModelError/malformed(file:message:)`` that names `location` and the line.
    init(parsing bytes: [UInt8], location: String) throws(StoredModelError) {
        checksums = [:]
        for (index, line) in bytes.split(separator: UInt8(ascii: "\n")).enumerated() {
            let text = String(decoding: line, as: UTF8.self)
            let checksum = text.prefix(64), path = text.dropFirst(66)
            guard checksum.utf8.count == 64, checksum.allSatisfy(\.isHexDigit), text.dropFirst(64).hasPrefix("  "),
                !path.isEmpty, checksums.updateValue(checksum.lowercased(), forKey: String(path)) == nil
            else { throw .malformed(file: location, message: "line \(index + 1) is not a checksum and a file name") }
        }
        guard !checksums.isEmpty else { throw .malformed(file: location, message: "no checksums") }
    }

    /// The list as text, in the order of the paths.
    var encoded: [UInt8] {
        checksums.sorted { $0.key < $1.key }.reduce(into: []) { $0.append(contentsOf: "\($1.value)  \($1.key)\n".utf8) }
    }

    /// The number of the files' subfolder; 0 for the folder itself.
    var generation: Int {
        let first = checksums.keys.first?.split(separator: "/").first.flatMap { Int($0) } ?? 0
        return checksums.keys.allSatisfy { $0.hasPrefix("\(first)/") } ? first : 0
    }

    /// A file's path from the folder.
    static func path(ofName name: String, generation: Int) -> String {
        generation == 0 ? name : "\(generation)/\(name)"
    }

    /// A file's name without its subfolder.
    func name(ofPath path: String) -> String {
        generation == 0 ? path : String(path.dropFirst("\(generation)/".count))
    }

    static func checksum(_ bytes: [UInt8]) -> String {
        Digests.sha256(bytes)
    }
}
