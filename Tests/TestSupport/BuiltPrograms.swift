package import Foundation

/// The package's executables, which are in the folder of the test bundle.
package enum BuiltPrograms {
    /// The file of one executable.
    package static func url(_ name: String) -> URL { folder(having: name).appending(path: name) }

    private static func folder(having name: String) -> URL {
        let bundle = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        let candidates = [
            bundle, Oracle.packageRoot.appending(path: ".build/release"),
            URL(filePath: FileManager.default.currentDirectoryPath).appending(path: ".build/release"),
        ]
        return candidates.first {
            FileManager.default.fileExists(atPath: $0.appending(path: name).path(percentEncoded: false))
        } ?? bundle
    }
}
