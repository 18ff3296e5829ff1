import Features
/// How many rows each rule dropped, and the first of them.
struct RuleTally: Sendable {
    /// Rows seen in all.
    var rowsRead = 0
    /// By the rule's position in the plan.
    private(set) var rows: [Int]
    private(set) var frauds: [Int]
    private(set) var samples: [[RejectedRow]]
    /// How many samples are kept for each rule.
    let sampleLimit: Int
    /// Every rejected row, if all of them are requested.
    private(set) var rejects: [RejectEntry]?

    /// - Parameters:
    ///   - rules: How many rules there are.
    ///   - keepsRejects: whether every rejected row is kept, not only the samples.
    init(rules: Int = CleaningRule.allCases.count, sampleLimit: Int, keepsRejects: Bool = false) {
        rows = [Int](repeating: 0, count: rules)
        frauds = rows
        samples = [[RejectedRow]](repeating: [], count: rules)
        self.sampleLimit = sampleLimit
        rejects = keepsRejects ? [] : nil
    }

    /// - Parameter rule: The rule's position in the plan.
    func wantsSample(_ rule: Int) -> Bool { samples[rule].count < sampleLimit }

    /// - Parameters:
    ///   - rule: The rule's position in the plan.
    ///   - column: the position of the column that broke the rule; nil if the row as a whole did.
    ///   - label: 1 for a fraud; nil if it cannot be read.
    ///   - line: counted from the block's first.
    mutating func reject(_ rule: Int, column: Int?, label: Int64?, line: Int) {
        rows[rule] += 1
        if label == 1 { frauds[rule] += 1 }
        rejects?.append(RejectEntry(line: line, rule: rule, column: column, label: label))
    }

    /// - Parameter rule: The rule's position in the plan.
    mutating func add(sample: RejectedRow, for rule: Int) { samples[rule].append(sample) }

    /// Adds the tally of later rows, without its rejected rows; lines of its samples move down by `firstLine`.
    mutating func merge(_ later: RuleTally, input: String, firstLine: Int) {
        rowsRead += later.rowsRead
        for index in rows.indices {
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

// Of a ``CleaningPlan``.
extension RuleTally {
    func wantsSample(_ rule: CleaningRule) -> Bool { wantsSample(rule.index) }

    mutating func reject(_ rule: CleaningRule, _ column: TransactionColumn?, label: Int64?, line: Int) {
        reject(rule.index, column: column?.index, label: label, line: line)
    }

    mutating func add(sample: RejectedRow, for rule: CleaningRule) { add(sample: sample, for: rule.index) }

    mutating func rejectDuplicate(label: Int64, line: Int, id: Int64) {
        reject(.duplicate, .transactionID, label: label, line: line)
        guard wantsSample(.duplicate) else { return }
        let sample = RejectedRow(input: "", line: line, column: TransactionColumn.transactionID.name, value: "\(id)")
        add(sample: sample, for: .duplicate)
    }
}
