package import ModelKit

/// How a model is stored.
package enum ModelForm: Sendable, Hashable {
    /// A folder that `train-model` writes.
    case folder
    /// A folder that Spark ML writes, of a `PipelineModel`; only read.
    case spark
    /// One file, in another program's format.
    case file(ModelFileFormat)

    /// `folder`, `spark`, or a format's name.
    package init?(name: String) {
        if name == "folder" {
            self = .folder
        } else if name == "spark" {
            self = .spark
        } else if let format = ModelFileFormat(rawValue: name) {
            self = .file(format)
        } else {
            return nil
        }
    }

    /// By the ending of a location: a folder unless it is a known one.
    package init(location: String) {
        self = ModelFileFormat(fileName: location).map { .file($0) } ?? .folder
    }

    package var name: String {
        switch self {
        case .folder: "folder"
        case .spark: "spark"
        case .file(let format): format.rawValue
        }
    }

    /// Whether it is read, and not only written.
    package var isReadable: Bool {
        switch self {
        case .folder, .spark: true
        case .file(let format): format.isReadable
        }
    }

    /// All names.
    package static let names = ["folder", "spark"] + ModelFileFormat.allCases.map(\.rawValue)
}
