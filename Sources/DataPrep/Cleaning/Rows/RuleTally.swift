/// How many rows fell to each rule, and the first of them.
struct RuleTally: Sendable {
    /// Rows seen in all.
    var rowsRead = 0
    /// By ``CleaningRule/index``.
    private(set) var rows = [Int](repeating: 0, count: CleaningRule.allCases.count)
    private(set) var frauds = [Int](repeating: 0, count: CleaningRule.allCases.count)
    private(set) var samples = [[RejectedRow]](repeating: [], count: CleaningRule.allCases.count)
    /// How many samples are kept for each rule.
    let sampleLimit: Int

    init(sampleLimit: Int) { self.sampleLimit = sampleLimit }

    func wantsSample(_ rule: CleaningRule) -> Bool { samples[rule.index].count < sampleLimit }

    mutating func reject(_ rule: CleaningRule, isFraud: Bool) {
        rows[rule.index] += 1
        if isFraud { frauds[rule.index] += 1 }
    }

    mutating func add(sample: RejectedRow, for rule: CleaningRule) { samples[rule.index].append(sample) }

    /// Adds what comes after; lines of its samples move down by `firstLine`.
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
    mutating func addDuplicateSample(line: Int, id: Int64) {
        guard wantsSample(.duplicate) else { return }
        let sample = RejectedRow(input: "", line: line, column: TransactionColumn.transactionID.name, value: "\(id)")
        add(sample: sample, for: .duplicate)
    }
}
