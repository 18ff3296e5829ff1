import Essentials

/// All errors in a simulated raw data set and their positions, which a cleaning job should find. Written beside the
/// data as `_truth.json`, which readers of data sets skip like all names that start with `_`.
public struct GroundTruth: Sendable, Hashable, Codable {
    /// Lines with one kind of dirt, and how many of them are frauds.
    public struct Count: Sendable, Hashable, Codable {
        /// Lines.
        public var lines = 0
        /// Lines that are labelled as frauds.
        public var frauds = 0
    }

    /// A file of the set.
    public struct File: Sendable, Hashable, Codable {
        /// Name in the folder.
        public var name: String
        /// Lines without the header.
        public var lines: Int
    }

    /// A wrong line.
    public struct Line: Sendable, Hashable, Codable {
        /// The kind of dirt.
        public var kind: DirtKind
        /// Position in ``GroundTruth/files``.
        public var file: Int
        /// Line in the file; the header is line 1.
        public var line: Int
        /// The id of the transaction that the line is or was about.
        public var transactionID: Int64
    }

    /// The simulation's seed.
    public var seed: UInt64
    /// Transactions simulated: distinct ids.
    public var transactions = 0
    /// Transactions labelled as frauds.
    public var frauds = 0
    /// Lines of all files without headers: transactions and duplicates.
    public var lines = 0
    /// Transactions whose amount is zero without dirt: the simulator rounds tiny amounts down.
    public var naturalZeroAmounts = 0
    /// Files in the order of their names.
    public var files: [File] = []
    /// How many lines of each kind, by the kind's name.
    public var dirt: [String: Count] = [:]
    /// All wrong lines. Of duplicates, the later line.
    public var dirtyLines: [Line] = []

    /// Name of the truth file in the data set's folder.
    public static let fileName = "_truth.json"

    init(seed: UInt64) {
        self.seed = seed
        for kind in DirtKind.allCases { dirt[kind.rawValue] = Count() }
    }

    mutating func record(_ dirty: DirtyLine, line: Int) {
        dirt[dirty.kind.rawValue, default: Count()].lines += 1
        if dirty.isFraud { dirt[dirty.kind.rawValue, default: Count()].frauds += 1 }
        dirtyLines.append(
            Line(kind: dirty.kind, file: files.count - 1, line: line, transactionID: dirty.transactionID))
    }

    func encoded() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        return Array(try encoder.encode(self))
    }
}
