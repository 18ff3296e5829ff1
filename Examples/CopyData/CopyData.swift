import ArgumentParser
import CommandLineSupport
import JobSupport
import StorageIO
import StorageJobs

@main
struct CopyData: ToolCommand {
    static func main() async { await start() }

    static let configuration = CommandConfiguration(
        commandName: "copy-data",
        abstract: "Copy an object, a folder or what a pattern matches, from any store to any store.",
        discussion: """
            Locations are paths, patterns and URLs: s3://bucket/..., hdfs://..., webhdfs://host:port/..., file:///...

              copy-data raw/ s3://antifraud/raw/
              copy-data 's3://antifraud/raw/2019-*.txt' hdfs:///user/antifraud/raw/
              copy-data --delete s3://antifraud/clean.parquet/ /backup/clean.parquet/

            The content of a folder is copied; a single object keeps its name if the destination is a folder. Objects that \
            the destination has with the same size and content are skipped, so that an interrupted copy resumes when it is run \
            again. Every object appears whole or not at all, and is checked against the stores' checksums.

            S3 is configured by AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_ENDPOINT_URL, AWS_PROFILE and others; \
            HDFS by HADOOP_CONF_DIR, HADOOP_USER_NAME and ANTIFRAUD_WEBHDFS_ADDRESS.
            """,
        version: Version.current)

    @Argument(help: "What to copy.", completion: .file())
    var source: String

    @Argument(help: "Where to copy it.", completion: .file())
    var destination: String

    @Flag(help: "Remove objects at the destination that the source does not have, once all others are copied.")
    var delete = false

    @Flag(help: "Change nothing; show what would be done.")
    var dryRun = false

    @Option(help: "When to skip an object that exists: same 'checksum' (size and content), same 'size', 'never'.")
    var compare: TransferOptions.Comparison = .checksum

    @Option(
        help:
            "How to check copies: 'lengths' only, 'checksum' of the source's store, or also 'read-back' of each copy."
    )
    var verify: TransferOptions.Verification = .checksum

    @Option(help: "How many small objects to copy at the same time.")
    var parallel = 32

    @Option(help: "About how much content may be in memory; more, such as 256M, helps on fast and distant connections.")
    var memoryLimit = ByteSize(24 << 20)

    @OptionGroup var talk: OutputOptions

    func validate() throws {
        guard (1...1_000).contains(parallel) else { throw ValidationError("--parallel must lie in 1...1000.") }
    }

    mutating func run() async throws {
        LargeBuffers.returnAtOnce()
        let bar = talk.progress("copying")
        defer { bar.finish() }
        let report = try await CopyJob(
            source: source, destination: destination,
            options: TransferOptions(
                comparison: compare, verification: verify, deletesOthers: delete, isDryRun: dryRun,
                parallelObjects: parallel, memoryLimit: memoryLimit.bytes),
            stores: .ofThisProcess(logger: talk.logger("copy-data"))
        ) { bar.update($0) }.run()
        bar.finish()
        try talk.print(report, text: CopyText(report).text)
        if !report.failures.isEmpty { throw JobError.incompleteTransfer(failures: report.failures.count) }
    }
}
