import Features
import ModelKit
import Parallelism
import Scoring

/// Compares logged digests with those of features that are computed again.
struct DigestComparison: Sendable {
    private enum Outcome: UInt8 {
        case notFound, different, identical
    }

    /// A score that differs, and what the transaction's features are.
    struct Found: Sendable {
        let score: Int
        let time: Int64?
        let row: [Float]
    }

    private let logged: LoggedScores
    private let digester: FeatureDigester
    private let sources: [FeatureSource]
    private let limit: Int

    private var outcomes: [Outcome]
    /// Of scores that differ; nil where neither a feature nor the number of features shows it.
    private var reasons: [Int: VerificationReason?] = [:]
    /// Of scores that differ only in the hash: how.
    private var hidden: [Int: UInt64] = [:]
    private var found: [Found] = []
    private(set) var rows: Int64 = 0
    private(set) var notScored = 0
    private(set) var repeatedInData = 0

    /// - Parameter limit: How many scores that differ are kept with their features.
    init(_ logged: LoggedScores, _ model: FraudModel, limit: Int) {
        self.logged = logged
        self.limit = limit
        digester = FeatureDigester(model.features.names)
        sources = model.features.sources
        outcomes = [Outcome](repeating: .notFound, count: logged.count)
    }

    /// Forgets everything compared so far.
    mutating func startOver() {
        outcomes = [Outcome](repeating: .notFound, count: logged.count)
        (reasons, hidden, found) = ([:], [:], [])
        (rows, notScored, repeatedInData) = (0, 0, 0)
    }

    /// Compares the features of some transactions.
    mutating func add(_ replayed: ReplayedRows, threads: Int) {
        let digests = digester.digests(replayed.features, threads: threads)
        let ids = JoinIDs(column: logged.form.isByPosition ? nil : replayed.ids)
        for row in replayed.rows.indices {
            let time = replayed.times?[row]
            let id = ids.id(row, number: replayed.rows[row])
            let scores = logged.scores(of: JoinKey(id: id, time: logged.form.hasTime ? time : nil))
            var isScored = false, isRepeated = false
            for score in scores {
                isScored = true
                isRepeated = isRepeated || outcomes[score] != .notFound
                compare(score, digests.hashes[row], digests.checks(row)) {
                    Found(score: score, time: time, row: replayed.features.columns.map { $0[row] })
                }
            }
            notScored += isScored ? 0 : 1
            repeatedInData += isRepeated ? 1 : 0
        }
        rows += Int64(replayed.rows.count)
    }

    private mutating func compare(
        _ score: Int, _ hash: UInt64, _ checks: ArraySlice<UInt8>, _ found: () -> Found
    ) {
        guard outcomes[score] != .identical else { return }
        if logged.isEqual(score, hash: hash, checks: checks) {
            if outcomes[score] == .different {
                reasons[score] = nil
                hidden[score] = nil
                self.found.removeAll { $0.score == score }
            }
            outcomes[score] = .identical
            return
        }
        guard outcomes[score] == .notFound else { return }
        outcomes[score] = .different
        let earlier = logged.checks(score)
        if earlier.count != checks.count {
            reasons[score] = .some(.otherFeatures)
        } else {
            // A change of the transaction itself also changes the features of its history that count it.
            let source = zip(sources, zip(earlier, checks)).lazy.filter { $0.1.0 != $0.1.1 }.map(\.0).min()
            reasons.updateValue(source.map(VerificationReason.init), forKey: score)
            if source == nil { hidden[score] = logged.digest(score).hash ^ hash }
        }
        if self.found.count < limit { self.found.append(found()) }
    }

    var identicalCount: Int { outcomes.count { $0 == .identical } }
    var comparedCount: Int { outcomes.count { $0 != .notFound } }
    var notFound: [Int] { outcomes.indices.filter { outcomes[$0] == .notFound } }
    func isIdentical(_ score: Int) -> Bool { outcomes[score] == .identical }

    /// Why each differing score does.
    func reasonsOfDifferences() -> [Int: VerificationReason] {
        // Other names change all hashes in one way, whatever the values are.
        let ways = hidden.values.reduce(into: [UInt64: Int]()) { $0[$1, default: 0] += 1 }
        return Dictionary(
            uniqueKeysWithValues: reasons.map { score, reason in
                let isName = hidden[score].map { ways[$0, default: 0] > 1 } ?? false
                return (score, reason ?? (isName ? .otherFeatures : .unknown))
            })
    }

    /// The first scores that differ, in the order in which they were compared.
    func differences(_ reasons: [Int: VerificationReason], names: [String]) -> [VerificationResult.Difference] {
        found.map { found in
            let logged = logged.digest(found.score)
            let recomputed = found.row.withUnsafeBufferPointer { digester.digest($0) }
            return VerificationResult.Difference(
                id: self.logged.key(found.score).id, time: found.time, reason: reasons[found.score] ?? .unknown,
                features: (recomputed.differences(from: logged) ?? []).map {
                    VerificationResult.Difference.Feature(name: names[$0], value: found.row[$0])
                },
                logged: logged, recomputed: recomputed)
        }
    }
}

extension VerificationReason {
    /// Of a score that differs in features that depend on no less.
    fileprivate init(_ source: FeatureSource) {
        switch source {
        case .transaction: self = .transaction
        case .history: self = .history
        case .labels: self = .labels
        }
    }
}
