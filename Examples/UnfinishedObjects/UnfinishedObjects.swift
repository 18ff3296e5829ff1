import ArgumentParser
import CommandLineSupport
import JobSupport
import StorageIO
import StorageJobs

@main
struct UnfinishedObjects: ToolCommand {
    static func main() async { await start() }

    static let configuration = CommandConfiguration(
        commandName: "unfinished-objects",
        abstract: "List, and remove with --remove, what killed writers have left.",
        discussion: """
            Objects appear whole or not at all. What a killed writer had sent stays invisible, but takes space: parts of uploads \
            in S3, files '.unfinished-...' elsewhere. S3 and HDFS cannot distinguish them from uploads in progress, so limit \
            the selection with --older-than.

              unfinished-objects s3://antifraud/ --older-than 24 --remove
            """,
        version: Version.current)

    @Argument(help: "The folder or bucket to look through.", completion: .file())
    var location: String

    @Option(help: "Only those that were started at least this many hours ago.")
    var olderThan = 0.0

    @Flag(help: "Remove them.")
    var remove = false

    @OptionGroup var talk: OutputOptions

    func validate() throws {
        guard olderThan >= 0, olderThan <= 1e6 else { throw ValidationError("--older-than is a number of hours.") }
    }

    mutating func run() async throws {
        let result = try await UnfinishedJob(
            location: location, olderThan: .seconds(olderThan * 3_600), removes: remove,
            stores: .ofThisProcess(logger: talk.logger("unfinished-objects"))
        ).run()
        try talk.print(result, text: result.text)
    }
}
