import Columnar
import Features
import Parallelism
import Scoring
import StorageIO

/// The digests of a data set of scores, to be found by their transactions' ids.
struct LoggedScores: Sendable {
    private(set) var repeated = 0
    private(set) var withoutDigest = 0
    /// Rows read.
    private(set) var rows: Int64 = 0
    let form: ScoreColumns
    private var hashes: [UInt64] = []
    private var checks: [UInt8] = []
    private var checkEnds: [Int] = []
    private var keys: [JoinKey] = []
    /// The first score of each transaction.
    private var first: [JoinKey: Int32] = [:]
    /// By score, the next one of the same transaction with another digest, or -1.
    private var next: [Int32] = []

    init(_ form: ScoreColumns) { self.form = form }

    /// How many different scores there are.
    var count: Int { hashes.count }

    func key(_ score: Int) -> JoinKey { keys[score] }

    func digest(_ score: Int) -> FeatureDigest { FeatureDigest(hash: hashes[score], checks: Array(checks(score))) }

    func checks(_ score: Int) -> ArraySlice<UInt8> {
        checks[(score == 0 ? 0 : checkEnds[score - 1])..<checkEnds[score]]
    }

    func isEqual(_ score: Int, hash: UInt64, checks other: ArraySlice<UInt8>) -> Bool {
        hashes[score] == hash && checks(score) == other
    }

    /// The scores of a transaction.
    func scores(of key: JoinKey) -> UnfoldSequence<Int, Int32> {
        sequence(state: first[key] ?? -1) { position in
            guard position >= 0 else { return nil }
            defer { position = next[Int(position)] }
            return Int(position)
        }
    }

    /// Adds a batch of scores.
    mutating func add(_ batch: RecordBatch) throws {
        let columns = try form.read(batch)
        for row in 0..<batch.rowCount {
            defer { rows += 1 }
            guard !columns.digests.isNull(row) else {
                withoutDigest += 1
                continue
            }
            let text = columns.digests.text(ofRow: row, limit: .max)
            guard let digest = FeatureDigest(text) else {
                throw TransactionError.invalidValue(
                    column: FeatureDigests.columnName, row: row, value: columns.digests.text(ofRow: row, limit: 100),
                    expected: "16 hexadecimal digits, and two for each feature")
            }
            add(digest, JoinKey(id: columns.ids.id(row, number: rows), time: columns.times?[row]))
        }
    }

    private mutating func add(_ digest: FeatureDigest, _ key: JoinKey) {
        var last: Int?
        for score in scores(of: key) {
            if isEqual(score, hash: digest.hash, checks: digest.checks[...]) {
                repeated += 1
                return
            }
            last = score
        }
        let score = Int32(count)
        if let last { next[last] = score } else { first[key] = score }
        hashes.append(digest.hash)
        checks += digest.checks
        checkEnds.append(checks.count)
        keys.append(key)
        next.append(-1)
    }
}

/// Which columns of a data set of scores say what they are of.
struct ScoreColumns: Sendable {
    struct Values {
        let ids: JoinIDs
        /// In microseconds since 1970-01-01T00:00:00.
        let times: [Int64]?
        let digests: Column
    }

    /// The columns to read.
    let names: [String]
    /// Whether scores are matched by their position: neither they nor the model's transactions have ids.
    let isByPosition: Bool
    /// Whether the scores have the time of the transaction.
    let hasTime: Bool
    private let transactions: TransactionSchema?
    private let id: String?

    init(_ scores: Schema, _ model: FraudModel) throws {
        guard scores.index(of: FeatureDigests.columnName) != nil else {
            throw TransactionError.missingColumn(name: FeatureDigests.columnName, available: scores.names)
        }
        var names = [FeatureDigests.columnName]
        if case .columns = model.features {
            transactions = nil
            id = model.idColumn(of: scores).map { scores.names[$0.index] }
            isByPosition = id == nil
            hasTime = false
            names += [id].compactMap { $0 }
        } else {
            let all = model.features.schema ?? .handbook
            var columns: [SchemaColumn] = []
            if var id = all.column(.id) {
                // What a stream may call it.
                let name = TransactionColumn.transactionID.name
                if !id.isNamed(name) { id.spellings.append(name) }
                columns = [id] + [all.column(.time)].compactMap { $0 }
            }
            let match = try TransactionSchema(columns: columns).match(scores, optional: [.time])
            let positions = match.positions.compactMap { $0 }
            columns = zip(columns, match.positions).filter { $0.1 != nil }.map(\.0)
            isByPosition = columns.isEmpty
            hasTime = columns.contains { $0.role == .time }
            names += positions.map { scores.names[$0] }
            transactions = TransactionSchema(columns: columns, missingMarkers: all.missingMarkers)
            id = nil
        }
        self.names = names
    }

    func read(_ batch: RecordBatch) throws -> Values {
        let digests = try batch.column(FeatureDigests.columnName)
        guard let transactions, !isByPosition else {
            return Values(ids: JoinIDs(column: try id.map { try batch.column($0) }), times: nil, digests: digests)
        }
        let rows = try SchemaReader(transactions, table: batch.schema).require(batch, roles: [.id, .time])
        func column(_ role: ColumnRole) -> Column? {
            transactions.columns.firstIndex { $0.role == role }.map { rows.columns[$0] }
        }
        return Values(
            ids: JoinIDs(column: column(.id)), times: try column(.time)?.int64Values(), digests: digests)
    }
}
