public import Logging

/// How a journal keeps and delivers.
public struct JournalOptions: Sendable {
    /// How long values are collected before they are sent together.
    public var interval: Duration
    /// The wait after a first failure; doubled after each further one.
    public var firstRetryDelay: Duration
    /// The longest wait between two attempts.
    public var longestRetryDelay: Duration
    /// Bytes after which a new file is begun; a delivered file is removed.
    public var segmentBytes: Int64
    /// Syncs each entry to disk, so that it survives a power failure, too: some milliseconds a call. Otherwise entries
    /// survive the process, however it ends, but the operating system may take seconds to write them to disk.
    public var isDurable: Bool
    /// How many bytes of files one call may have copied to the journal's folder, where they stay until they are delivered.
    public var copyLimit: Int64
    /// Logs failures and what was refused.
    public var logger: Logger

    /// Collects values for 0.2 s, retries after 0.2 s to 30 s, copies up to 4 GiB of files.
    public init(
        interval: Duration = .milliseconds(200), firstRetryDelay: Duration = .milliseconds(200),
        longestRetryDelay: Duration = .seconds(30), segmentBytes: Int64 = 16 << 20, isDurable: Bool = false,
        copyLimit: Int64 = 4 << 30,
        logger: Logger = Logger(label: "antifraud.tracking.journal") { _ in SwiftLogNoOpLogHandler() }
    ) {
        self.interval = interval
        self.firstRetryDelay = firstRetryDelay
        self.longestRetryDelay = longestRetryDelay
        self.segmentBytes = segmentBytes
        self.isDurable = isDurable
        self.copyLimit = copyLimit
        self.logger = logger
    }
}
