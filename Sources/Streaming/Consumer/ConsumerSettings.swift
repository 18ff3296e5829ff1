/// How a consumer joins its group and reads messages.
public struct ConsumerSettings: Sendable, Hashable {
    /// Where a group begins to read a partition for which it has committed no offset.
    public enum StartingOffset: String, Sendable, Hashable, CaseIterable {
        /// At the oldest message.
        case earliest
        /// At the next message to come.
        case latest
    }

    /// How partitions are shared among the members of a group; all members must agree.
    public enum Assignment: String, Sendable, Hashable, CaseIterable {
        /// All members stop, then all partitions are assigned again.
        case range
        /// As `range`, over the partitions of all topics together.
        case roundRobin = "roundrobin"
        /// Members keep what they have; only partitions that move stop.
        case cooperativeSticky = "cooperative-sticky"
    }

    /// The consumer group's name.
    public var group: String
    /// Where the group begins when it has committed nothing.
    public var startingOffset: StartingOffset
    /// How the group shares partitions.
    public var assignment: Assignment
    /// Most messages in a batch.
    public var batchMessages: Int
    /// How long a batch waits to become full.
    public var batchWait: Duration
    /// How long a member may send no heartbeat before the group gives its partitions to others.
    public var sessionTimeout: Duration
    /// How long the start may take until a broker has named the topic's partitions.
    public var startTimeout: Duration
    /// How long a graceful shutdown may take for what was read to be processed and committed.
    public var drainTimeout: Duration

    /// Settings for high throughput from the oldest message on.
    public init(
        group: String, startingOffset: StartingOffset = .earliest, assignment: Assignment = .range,
        batchMessages: Int = 10_000, batchWait: Duration = .milliseconds(20),
        sessionTimeout: Duration = .seconds(45), startTimeout: Duration = .seconds(30),
        drainTimeout: Duration = .seconds(10)
    ) {
        self.group = group
        self.startingOffset = startingOffset
        self.assignment = assignment
        self.batchMessages = batchMessages
        self.batchWait = batchWait
        self.sessionTimeout = sessionTimeout
        self.startTimeout = startTimeout
        self.drainTimeout = drainTimeout
    }

    /// librdkafka's names for these settings, and properties that this consumer fixes.
    var properties: [String: String] {
        [
            "group.id": group,
            "auto.offset.reset": startingOffset.rawValue,
            "partition.assignment.strategy": assignment.rawValue,
            "session.timeout.ms": "\(sessionTimeout.milliseconds)",
            "heartbeat.interval.ms": "\(Self.heartbeatMilliseconds(sessionTimeout: sessionTimeout.milliseconds))",
            // Offsets are committed explicitly, once results are safe.
            "enable.auto.commit": "false",
            "enable.auto.offset.store": "false",
            "enable.partition.eof": "true",
            "fetch.wait.max.ms": "100",
        ]
    }

    /// The heartbeat interval for a session timeout, in milliseconds.
    static func heartbeatMilliseconds(sessionTimeout: Int32) -> Int32 { max(50, min(3_000, sessionTimeout / 5)) }
}
