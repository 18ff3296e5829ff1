import ArgumentParser
import CommandLineSupport
import JobSupport
import StorageIO
import StorageJobs

@main
struct StorageCostCommand: ToolCommand {
    static func main() async { await start() }

    static let configuration = CommandConfiguration(
        commandName: "storage-cost",
        abstract: "Compare what data cost a month in a bucket and in HDFS on a running cluster.",
        discussion: """
            Adds up the objects at a location, or takes a size:

              storage-cost s3://antifraud/raw/ --report cost.html
              storage-cost --size 112G --objects 40

            Prices come from a JSON table; --print-prices shows the default. It is that of the original system, in \
            which 112 GB cost about 250 roubles a month in a bucket, and a hundred times as much on four machines at 36 roubles \
            an hour.
            """,
        version: Version.current)

    @Argument(help: "The location of the data.", completion: .file())
    var location: String?

    @Option(
        help: "A size instead of a location, such as 112G; K, M, G and T are powers of 1000, KiB and so on of 1024.")
    var size: String?

    @Option(help: "How many objects, with --size.")
    var objects = 1

    @Option(help: "A JSON file of prices.", completion: .file())
    var prices: String?

    @Flag(help: "Print the table of prices and stop.")
    var printPrices = false

    @Option(help: "Copies of each block in HDFS; by default those of the price table.")
    var replication: Int?

    @Option(help: "Machines of the cluster; by default as many as needed.")
    var nodes: Int?

    @Option(help: "How often a month all data are read from the bucket.")
    var readsPerMonth = 0.0

    @Option(help: "How often a month all objects are written again.")
    var writesPerMonth = 0.0

    @Option(help: "An HTML page with a chart to write.", completion: .file())
    var report: String?

    @OptionGroup var talk: OutputOptions

    func validate() throws {
        if !printPrices, (location == nil) == (size == nil) { throw ValidationError("Give a location or --size.") }
        if let size, Self.bytes(size) == nil {
            throw ValidationError("--size is a number above 0 such as 800, 112G, 2.5T or 1GiB.")
        }
        guard objects >= 1 else { throw ValidationError("--objects must be at least 1.") }
        if let replication, !(1...512).contains(replication) {
            throw ValidationError("--replication must lie in 1...512.")
        }
        for (option, times) in [("--reads-per-month", readsPerMonth), ("--writes-per-month", writesPerMonth)]
        where !(times >= 0 && times.isFinite) {
            throw ValidationError("\(option) must not be below 0.")
        }
    }

    mutating func run() async throws {
        if printPrices { return try StandardOutput.write(json: StoragePrices.original) }
        let job = StorageCostJob(
            StorageCostJob.Settings(
                prices: prices, replication: replication, nodes: nodes, readsPerMonth: readsPerMonth,
                writesPerMonth: writesPerMonth, report: report),
            stores: .ofThisProcess(logger: talk.logger("storage-cost"))
        )
        let cost: StorageCost
        if let location {
            cost = try await job.run(location: location)
        } else {
            let bytes = size.flatMap(Self.bytes) ?? 0
            cost = try await job.run(
                StorageCost.Usage(
                    objects: objects, bytes: bytes, readsPerMonth: readsPerMonth, writesPerMonth: writesPerMonth),
                location: "data")
        }
        try talk.print(cost, text: cost.text)
        if !cost.uncounted.isEmpty { throw JobError.incompleteCount(cost.uncounted.count) }
    }

    /// `112G` -> 112 * 10^9.
    private static func bytes(_ text: String) -> Int64? {
        ByteSize.parse(text, thousand: 1_000).flatMap { $0 > 0 ? $0 : nil }
    }
}
