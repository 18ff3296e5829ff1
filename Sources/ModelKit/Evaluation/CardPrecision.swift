/// Card precision at k, as the *Fraud Detection Handbook* defines it (chapter 4, "Precision top-k metrics").
///
/// Investigators can call the holders of k cards a day. A card's score on a day is the highest of its transactions, and the
/// card is compromised that day if any of them is a fraud. A day's precision is the number of compromised cards among the k
/// with the highest scores, over k. A card found compromised is blocked: its transactions of later days are left out.
public struct CardPrecision: Sendable, Hashable, Codable {
    /// One day's result.
    public struct Day: Sendable, Hashable, Codable {
        /// The day, as given.
        public let day: Int32
        /// Cards with a fraud that day, those blocked before left out.
        public let compromisedCards: Int
        /// Those of them among the k highest scores.
        public let detectedCards: Int
        /// `detectedCards` over k, also on a day with fewer than k cards.
        public let precision: Double
    }

    /// The number of cards that can be checked in a day.
    public let k: Int
    /// Each day that has rows, ascending.
    public let days: [Day]
    /// The mean of the days' precision.
    public let mean: Double

    /// Computes the precision of each day.
    /// - Parameters:
    ///   - customers: the card of each row.
    ///   - days: the day of each row.
    ///   - removesDetectedCards: whether cards that were found compromised are left out on later days.
    /// - Throws: ``ModelError/shapeMismatch(_:)``, ``ModelError/invalidSetting(_:)`` for `k` below 1,
    ///   ``ModelError/unusableData(_:)`` for a score that is not a number, a label other than 0 and 1, or no rows.
    ///
    /// Among cards of equal score the one with the smaller number comes first.
    public init(
        k: Int, scores: [Double], labels: [UInt8], customers: [Int64], days: [Int32],
        removesDetectedCards: Bool = true
    ) throws(ModelError) {
        guard k >= 1 else { throw .invalidSetting("k is \(k), not at least 1") }
        guard scores.count == labels.count, scores.count == customers.count, scores.count == days.count else {
            throw .shapeMismatch(
                "\(scores.count) scores, \(labels.count) labels, \(customers.count) customers, \(days.count) days")
        }
        guard !scores.isEmpty else { throw .unusableData("there are no rows to evaluate") }
        for row in scores.indices {
            if scores[row].isNaN { throw .unusableData("the score of row \(row) is not a number") }
            if labels[row] > 1 { throw .unusableData("the label of row \(row) is \(labels[row]), not 0 or 1") }
        }
        let rowsByDay = Dictionary(grouping: scores.indices, by: { days[$0] })
        var blocked: Set<Int64> = []
        self.k = k
        self.days = rowsByDay.keys.sorted().map { day in
            var cards: [Int64: Card] = [:]
            for row in rowsByDay[day] ?? [] where !blocked.contains(customers[row]) {
                let customer = customers[row]
                cards[customer, default: Card(customer: customer)].add(scores[row], labels[row])
            }
            let detected = cards.values.sorted(by: Card.isMoreSuspicious).prefix(k).filter(\.isCompromised)
            if removesDetectedCards { blocked.formUnion(detected.map(\.customer)) }
            return Day(
                day: day, compromisedCards: cards.values.count(where: \.isCompromised), detectedCards: detected.count,
                precision: Double(detected.count) / Double(k))
        }
        mean = self.days.reduce(0) { $0 + $1.precision } / Double(self.days.count)
    }

    private struct Card {
        let customer: Int64
        var score = -Double.infinity
        var isCompromised = false

        mutating func add(_ score: Double, _ label: UInt8) {
            self.score = max(self.score, score)
            isCompromised = isCompromised || label == 1
        }

        static func isMoreSuspicious(_ first: Card, _ second: Card) -> Bool {
            first.score != second.score ? first.score > second.score : first.customer < second.customer
        }
    }
}
