import Features
import Foundation
import TestSupport

/// The window features as pandas computes them, the way the Handbook's chapter 3 does: time-based rolling windows over each
/// customer's and terminal's rows.
enum FeatureOracle {
    /// Made up transactions with frauds, nights, repeated times, quiet keys and busy ones, in random order.
    static func transactions(_ count: Int, seed: UInt64) -> [Transaction] {
        var generator = SeededGenerator(seed: seed)
        let start: Int64 = 1_522_540_800
        var transactions: [Transaction] = []
        for id in 0..<count {
            let seconds = Int64.random(in: 0..<100 * 86_400, using: &generator) / 7200 * 7200
            let exact =
                Bool.random(using: &generator) ? seconds : seconds + Int64.random(in: 0..<7200, using: &generator)
            let customer = Int64.random(in: 0..<12, using: &generator) * Int64.random(in: 0..<12, using: &generator)
            let terminal = Int64.random(in: 0..<15, using: &generator) * Int64.random(in: 0..<15, using: &generator)
            transactions.append(
                Transaction(
                    transactionID: Int64(id), dateTime: (start + exact) * 1_000_000, customerID: customer,
                    terminalID: terminal, amount: Double(Int.random(in: 1...30_000, using: &generator)) / 100,
                    timeSeconds: exact, timeDays: Int32(exact / 86_400),
                    fraud: Int.random(in: 0..<10, using: &generator) == 0 ? 1 : 0))
        }
        return transactions.shuffled(using: &generator)
    }

    /// One array per feature in `FeaturePipeline().names`' order, in the rows' order.
    static func windowFeatures(_ transactions: [Transaction]) throws -> [[Double]] {
        let folder = try TemporaryFolder()
        let rows = transactions.map {
            "\($0.transactionID),\($0.dateTime),\($0.customerID),\($0.terminalID),\($0.amount),\($0.fraud ?? 0)"
        }
        let text = "id,time,customer,terminal,amount,fraud\n" + rows.joined(separator: "\n")
        try text.write(toFile: folder.path("rows.csv"), atomically: true, encoding: .utf8)
        return try Oracle.json([[Double]].self, program, [folder.path("rows.csv")])
    }

    private static let program = """
        import sys, json, pandas as pd
        data = pd.read_csv(sys.argv[1])
        data["when"] = pd.to_datetime(data.time, unit="us")
        ordered = data.sort_values(["time", "id"])
        columns = {"amount": ordered.amount, "weekend": (ordered.when.dt.weekday >= 5) * 1, "night": (ordered.when.dt.hour <= 6) * 1}
        def customer(rows):
            amounts = pd.Series(rows.amount.values, index=rows.when)
            result = {}
            for days in (1, 7, 30):
                window = amounts.rolling(f"{days}D")
                result[f"customer_count_{days}"] = window.count().values
                result[f"customer_mean_{days}"] = window.sum().values / window.count().values
            return pd.DataFrame(result, index=rows.index)
        def terminal(rows):
            frauds = pd.Series(rows.fraud.values, index=rows.when)
            result = {}
            for days in (1, 7, 30):
                late, both = frauds.rolling("7D"), frauds.rolling(f"{7 + days}D")
                count = both.count().values - late.count().values
                sums = both.sum().values - late.sum().values
                result[f"terminal_count_{days}"] = count
                result[f"terminal_risk_{days}"] = [s / c if c > 0 else 0 for s, c in zip(sums, count)]
            return pd.DataFrame(result, index=rows.index)
        parts = [pd.DataFrame(columns)]
        for key, function in (("customer", customer), ("terminal", terminal)):
            parts.append(pd.concat([function(rows) for _, rows in ordered.groupby(key)]))
        features = pd.concat(parts, axis=1).loc[data.index]
        print(json.dumps([features[name].astype(float).tolist() for name in features.columns]))
        """
}
