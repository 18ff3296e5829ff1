import Features
/// How many rows each rule dropped, and the first of them.
struct RuleTally: Sendable {
    /// Rows seen in all.
    var rowsRead = 0
    /// By ``CleaningRule/index``.
    private(set) var rows = [Int](repeating: 0, count: CleaningRule.allCases.count)
    private(set) var frauds = [Int](repeating: 0, count: CleaningRule.allCases.count)
    private(set) var samples = [[RejectedRow]](repeating: [], count: CleaningRule.allCases.count)
    /// How many samples are kept for each rule.
    let sampleLimit: Int
    /// Every rejected row, if all of them are requested.
    private(set) var rejects: [RejectEntry]?

    /// - Parameter keepsRejects: whether every rejected row is kept, not only the samples.
    init(sampleLimit: Int, keepsRejects: Bool = false) {
        self.sampleLimit = sampleLimit
        rejects = keepsRejects ? [] : nil
    }

    func wantsSample(_ rule: CleaningRule) -> Bool { samples[rule.index].count < sampleLimit }

    /// - Parameters:
    ///   - column: the column that broke the rule; nil if the row as a whole did.
    ///   - label: tx_fraud; nil if it cannot be read.
    ///   - line: counted from the block's first.
    mutating func reject(_ rule: CleaningRule, _ column: TransactionColumn?, label: Int64?, line: Int) {
        rows[rule.index] += 1
        if label == 1 { frauds[rule.index] += 1 }
        rejects?.append(RejectEntry(line: line, rule: rule, column: column, label: label))
    }

    mutating func add(sample: RejectedRow, for rule: CleaningRule) { samples[rule.index].append(sample) }

    /// Adds the tally of later rows, without its rejected rows; lines of its samples move down by `firstLine`.
    mutating func merge(_ later: RuleTally, input: String, firstLine: Int) {
        rowsRead += later.rowsRead
        for rule in CleaningRule.allCases {
            let index = rule.index
            rows[index] += later.rows[index]
            frauds[index] += later.frauds[index]
            for var sample in later.samples[index] where samples[index].count < sampleLimit {
                sample.input = input
                sample.line += firstLine
                samples[index].append(sample)
            }
        }
    }
}

extension RuleTally {
    mutating func rejectDuplicate(label: Int64, line: Int, id: Int64) {
        reject(.duplicate, .transactionID, label: label, line: line)
        guard wantsSample(.duplicate) else { return }
        let sample = RejectedRow(input: "", line: line, column: TransactionColumn.transactionID.name, value: "\(id)")
        add(sample: sample, for: .duplicate)
    }
}
