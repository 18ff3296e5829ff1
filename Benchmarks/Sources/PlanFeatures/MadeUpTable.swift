import Columnar
import Features
import Foundation

/// Transactions in the manner of public card data: cards as texts, merchants as integers, categories, a distance that is
/// missing for a fifth, a label. Every time is another microsecond, so that peers agree about ties and borders.
struct MadeUpTable {
    let times: [Int64]
    /// Card numbers; texts are made of them.
    let cards: [Int32]
    let merchants: [Int64]
    let categories: [Int32]
    let channels: [Int32]
    let amounts: [Double]
    /// NaN where missing.
    let distances: [Double]
    let frauds: [Int32]

    static let days: Int64 = 120

    static let schema = TransactionSchema(columns: [
        SchemaColumn("time", .timestamp(), role: .time), SchemaColumn("card", .text, role: .key),
        SchemaColumn("merchant", .integer(), role: .key), SchemaColumn("category", .category),
        SchemaColumn("channel", .category), SchemaColumn("amount", .float(), role: .amount),
        SchemaColumn("distance", .float()), SchemaColumn("is_fraud", .integer(width: .bits32), role: .label()),
    ])

    /// - Parameters:
    ///   - cards: By default as many as have 110 transactions each; merchants have 300.
    ///   - seed: Equal seeds give equal tables.
    init(rows: Int, cards cardCount: Int? = nil, seed: UInt64 = 7) {
        var random = SeededNumbers(seed)
        let cardCount = cardCount ?? max(50, rows / 110), merchantCount = max(40, rows / 300)
        let span = MadeUpTable.days * 86_400_000_000 / Int64(max(1, rows))
        var cards: [Int32] = [], merchants: [Int64] = [], categories: [Int32] = [], channels: [Int32] = []
        var times: [Int64] = [], amounts: [Double] = [], distances: [Double] = [], frauds: [Int32] = []
        for row in 0..<rows {
            times.append(1_546_300_800_000_000 + Int64(row) * span + Int64(random.below(Int(span))))
            let card = random.below(cardCount)
            // Each card has some merchants where it is seen often.
            let favourite = card &* 31 &+ min(random.below(25), random.below(25))
            let merchant = random.below(8) == 0 ? random.below(merchantCount) : favourite % merchantCount
            cards.append(Int32(card))
            merchants.append(10_000 + Int64(merchant) * 7)
            categories.append(Int32(merchant % 10))
            channels.append(Int32(random.below(3)))
            amounts.append(Double(1 + random.below(200) * random.below(200)) / 100)
            distances.append(random.below(5) == 0 ? .nan : Double(random.below(4000)) / 8)
            frauds.append(random.below(100) == 0 ? 1 : 0)
        }
        self.times = times
        self.cards = cards
        self.merchants = merchants
        self.categories = categories
        self.channels = channels
        self.amounts = amounts
        self.distances = distances
        self.frauds = frauds
    }

    static func card(_ number: Int32) -> String { "C" + String(1_000_000_000 + Int(number) * 7919) }

    static func category(_ number: Int32) -> String { "category_\(number)" }

    static func channel(_ number: Int32) -> String { ["web", "shop", "phone"][Int(number)] }

    /// As the engine reads it.
    func batch() throws -> RecordBatch {
        try RecordBatch(
            schema: MadeUpTable.schema.tableSchema(),
            columns: [
                .timestamp(times), .string(cards.map(MadeUpTable.card)), .int64(merchants),
                .string(categories.map(MadeUpTable.category)), .string(channels.map(MadeUpTable.channel)),
                .float64(amounts), .float64(distances), .int32(frauds),
            ])
    }

    func record(_ row: Int) -> TransactionRecord {
        TransactionRecord([
            .time(times[row]), .text(MadeUpTable.card(cards[row])), .integer(merchants[row]),
            .text(MadeUpTable.category(categories[row])), .text(MadeUpTable.channel(channels[row])),
            .number(amounts[row]), distances[row].isNaN ? .null : .number(distances[row]), .integer(Int64(frauds[row])),
        ])
    }

    /// Writes a file for each column, as peers read them.
    func write(to folder: URL) throws {
        func write<Value>(_ name: String, _ values: [Value]) throws {
            try values.withUnsafeBytes { try Data($0).write(to: folder.appending(path: name)) }
        }
        try write("time.int64", times)
        try write("card.int32", cards)
        try write("merchant.int64", merchants)
        try write("category.int32", categories)
        try write("channel.int32", channels)
        try write("amount.float64", amounts)
        try write("distance.float64", distances)
        try write("is_fraud.int32", frauds)
    }

    /// Python that reads the files as the Arrow table `transactions`.
    static let python = """
        import sys, numpy as np, pyarrow as pa
        def column(name):
            import glob
            path, = glob.glob(f"{sys.argv[1]}/{name}.*")
            return np.fromfile(path, path.rsplit(".", 1)[1])
        def texts(name, values):
            codes = column(name)
            return pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(values(codes.max() + 1))).cast(pa.string())
        distance = column("distance")
        transactions = pa.table({
            "time": pa.array(column("time").astype("datetime64[us]")),
            "card": texts("card", lambda n: ["C%d" % (1000000000 + i * 7919) for i in range(n)]),
            "merchant": column("merchant"),
            "category": texts("category", lambda n: ["category_%d" % i for i in range(10)]),
            "channel": texts("channel", lambda n: ["web", "shop", "phone"]), "amount": column("amount"),
            "distance": pa.array(distance, mask=np.isnan(distance)), "is_fraud": column("is_fraud")})

        """
}

/// SplitMix64: numbers that depend on the seed only.
struct SeededNumbers {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    /// A number from 0 to below `bound`.
    mutating func below(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        mixed ^= mixed >> 31
        return Int(mixed.multipliedFullWidth(by: UInt64(max(1, bound))).high)
    }
}
