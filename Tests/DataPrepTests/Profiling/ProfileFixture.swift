import DataPrep
import Foundation
import StorageIO
import TestSupport
import Testing

/// Data sets of a few lines.
enum ProfileFixture {
    static func profile(
        _ text: String, _ request: DataProfileRequest = DataProfileRequest(), threads: Int = 2
    ) async throws -> DataProfile {
        try await profile(bytes: Array(text.utf8), request, threads: threads)
    }

    static func profile(
        bytes: [UInt8], _ request: DataProfileRequest = DataProfileRequest(), threads: Int = 2
    ) async throws -> DataProfile {
        let folder = try TemporaryFolder()
        try Data(bytes).write(to: folder.url.appending(path: "data.csv"))
        return try await DataProfiler(request, threads: threads).profile(DataSet.open(folder.path("data.csv")))
    }

    /// The only column of a file with one value a line.
    static func column(_ values: [String]) async throws -> ColumnProfile {
        let profile = try await profile("value\n" + values.map { $0 + "\n" }.joined())
        return try #require(profile.columns.first)
    }
}
