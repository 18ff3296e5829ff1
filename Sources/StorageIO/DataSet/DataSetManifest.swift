import Essentials

/// The content of `_SUCCESS` in a folder that ``DataSetWriter`` has written: the files of the data set.
///
/// Other programs leave `_SUCCESS` empty or write other content into it; then all files of the folder count. With the
/// list, replacing one object switches readers from the earlier files to the new ones at once.
package struct DataSetManifest: Codable, Sendable, Hashable {
    package struct File: Codable, Sendable, Hashable {
        /// In the folder of `_SUCCESS`.
        package var name: String
        /// Bytes.
        package var size: Int64

        package init(name: String, size: Int64) {
            self.name = name
            self.size = size
        }
    }

    package static let fileName = "_SUCCESS"
    private static let format = "antifraud-data-set/1"
    /// A longer `_SUCCESS` is another program's: this is enough for some hundred thousand files.
    static let maximumSize: Int64 = 32 << 20

    private var format = DataSetManifest.format
    package var files: [File]
    /// Names of data files in the folder that were replaced and may not have been removed yet; nil for none.
    package var replaced: [String]?

    package init(files: [File], replaced: [String] = []) {
        self.files = files
        self.replaced = replaced.isEmpty ? nil : replaced
    }

    /// nil for another program's content.
    package init?(_ bytes: [UInt8]) {
        guard let manifest = try? JSONDecoder().decode(DataSetManifest.self, from: Data(bytes)),
            manifest.format == Self.format
        else { return nil }
        self = manifest
    }

    package func encoded() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self))
    }
}

/// The name of a data set's file: `part-00000-RUN.parquet`.
struct PartName: Sendable, Hashable {
    /// Identifies a run of a writer; unique.
    let run: String
    let name: String

    init(index: Int, run: String, format: DataFormat) {
        self.run = run
        name = "part-\(index.zeroPadded(to: 5))-\(run).\(format.rawValue)"
    }

    /// nil for names that are not ``DataSetWriter``'s.
    init?(_ name: String) {
        guard let match = name.wholeMatch(of: #/part-\d{5,}-([0-9a-z]{1,13})\.(parquet|csv)/#) else { return nil }
        self.name = name
        run = String(match.1)
    }
}

/// A marker file that exists while a writer's files are not yet part of the data set.
enum UnfinishedMarker {
    private static let prefix = "_UNFINISHED-"

    /// Instead of a run: no file in or below the folder counts, since it is still being copied.
    static let wholeFolder = "all"
    static let ofWholeFolder = prefix + wholeFolder

    static func name(run: String) -> String { prefix + run }

    /// The run in a file's name.
    static func run(ofName name: String) -> String? {
        name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : nil
    }
}
