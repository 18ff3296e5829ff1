import Foundation
import TestSupport
import Testing

/// What `--help` and completion show for every program.
struct HelpTests {
    /// A line that ends early though the next one's first word would fit has been wrapped twice.
    @Test(arguments: Executable.all) func paragraphsAreWrappedOnceAndExamplesNotAtAll(program: String) throws {
        let outcome = try Executable.run(program, ["--help"], in: TemporaryFolder())
        #expect(outcome.status == 0)
        let lines = outcome.output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let end = lines.firstIndex { $0.hasPrefix("USAGE:") } ?? lines.count
        #expect(end < lines.count)
        for (line, next) in zip(lines[..<end], lines[..<end].dropFirst()) {
            #expect(line.count <= 80, "\(line)")
            guard !line.isEmpty, !next.isEmpty, !line.hasPrefix(" "), let word = next.split(separator: " ").first else {
                continue
            }
            let isIndented = next.hasPrefix(" ")
            #expect(!isIndented, "an example that follows its sentence without a blank line, or was wrapped: \(next)")
            #expect(line.count + 1 + word.count > 79, "ends early: \(line)")
        }
    }

    /// Shells complete file names where a program takes a path.
    @Test(arguments: Executable.all) func pathsComplete(program: String) throws {
        let outcome = try Executable.run(program, ["--generate-completion-script", "zsh"], in: TemporaryFolder())
        #expect(outcome.status == 0)
        #expect(outcome.output.contains(":_files"))
    }

    /// Whatever is wrong with arguments ends with 64, before anything is read or written.
    @Test(arguments: [
        ("clean-transactions", ["--input", "none", "--output", "x.parquet", "--outliers", "iqr:x"]),
        ("clean-transactions", ["--input", "none", "--output", "x.parquet", "--threads", "0"]),
        ("describe-data", ["--input", "none", "--time-format", "QQ"]),
        ("train-model", ["--data", "none", "--output", "m", "--threshold", "2"]),
        ("explain-scores", ["--data", "none", "--model", "m", "--method", "interventional"]),
        ("explain-scores", ["--data", "none", "--model", "m", "--background", "b"]),
        ("explain-scores", ["--data", "none", "--model", "m", "--top", "-1"]),
        ("copy-data", ["a", "b", "--memory-limit", "many"]),
        ("unfinished-objects", ["--none"]),
        ("quickstart", ["--features", "some"]),
        ("handbook-protocol", ["--data", "none", "--first-day", "yesterday"]),
    ])
    func wrongArgumentsEndWith64(program: String, arguments: [String]) throws {
        let outcome = try Executable.run(program, arguments, in: TemporaryFolder())
        #expect(outcome.status == 64, "\(outcome.errors)")
        #expect(outcome.errors.hasPrefix("Error: "), "\(outcome.errors)")
    }
}
