/// Why a folder cannot be read as a model.
public enum StoredModelError: Error, Sendable, Hashable {
    /// The list of checksums, which is written last, is not there: no model, or one whose writing was not finished.
    case unfinished(folder: String)
    /// A file of the list is not there.
    case missingFile(String)
    /// A file differs from what was written: it was damaged, or changed since.
    case wrongChecksum(file: String, expected: String, actual: String)
    /// The model was written by a newer version of this library.
    case newerVersion(file: String, version: Int, supported: Int)
    /// A file whose checksum is correct cannot be parsed.
    case malformed(file: String, message: String)
    /// A feature of the model's plan is of a kind that a program adds, and this one does not.
    /// - Parameter available: The names of the kinds that it adds.
    case unregisteredFunction(file: String, feature: String, name: String, available: [String])
}

extension StoredModelError: CustomStringConvertible {
    /// One line that names the file.
    public var description: String {
        switch self {
        case .unfinished(let folder):
            "\(folder) holds no finished model: \(ModelManifest.fileName) is missing"
        case .missingFile(let file):
            "\(file) is missing"
        case .wrongChecksum(let file, let expected, let actual):
            "\(file) is damaged: its SHA-256 is \(actual), expected \(expected)"
        case .newerVersion(let file, let version, let supported):
            "\(file) has format version \(version); this version of the library reads up to \(supported)"
        case .malformed(let file, let message):
            "\(file): \(message)"
        case .unregisteredFunction(let file, let feature, let name, let available):
            "\(file): feature '\(feature)' is of the kind '\(name)', which the program that loads the model has to add "
                + "(CustomFeatures.add) and give to FraudModel.load(from:custom:); it gives "
                + (available.isEmpty ? "none" : available.joined(separator: ", "))
        }
    }
}
