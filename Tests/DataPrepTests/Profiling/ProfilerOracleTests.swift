import DataPrep
import Foundation
import StorageIO
import TestSupport
import Testing

/// Profiles of files that pandas writes, against what pandas and NumPy say of them.
@Suite(.needs(.python)) struct ProfilerOracleTests {
    private struct Expected: Decodable {
        var count: Int
        var missing: Int
        var distinct: Int
        var minimum: String?
        var maximum: String?
        var mean: Double?
        var deviation: Double?
        var quantiles: [String]?
        /// Values at the ranks below and above each quantile by the stated error.
        var bounds: [[Double]]?
        var top: String?
        var topCount: Int?
    }

    private static let prelude = """
        import sys, json, numpy as np, pandas as pd, pyarrow as pa, pyarrow.parquet as pq, pyarrow.csv
        g = np.random.default_rng(5)
        shares = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]
        def text(value):
            return repr(float(value)) if isinstance(value, (float, np.floating)) else str(value)
        def describe(series, missing):
            s = series.dropna(); n = pd.api.types.is_numeric_dtype(s) and not pd.api.types.is_bool_dtype(s)
            counts = s.value_counts()
            out = dict(count=len(s), missing=missing, distinct=int(s.nunique()))
            if len(counts) and (len(counts) == 1 or counts.iloc[0] > counts.iloc[1]):
                out.update(top=text(counts.index[0]), topCount=int(counts.iloc[0]))
            if n:
                finite = s[np.isfinite(s.astype(float))]
                values = finite.to_numpy()
                # Differences of integers are exact, floating-point numbers near 1e18 are not.
                shifted = (finite - finite.iloc[0]).astype(float)
                out.update(minimum=text(values.min()), maximum=text(values.max()), mean=float(finite.iloc[0]) + float(shifted.mean()),
                    deviation=float(shifted.std()))
                ranked = np.sort(values)
                out["quantiles"] = [text(ranked[int(np.quantile(np.arange(len(ranked)), q, method="inverted_cdf"))]) for q in shares]
                e = 0.003 * len(ranked)
                out["bounds"] = [[float(ranked[int(max(0, q * len(ranked) - 1 - e))]), float(ranked[int(min(len(ranked) - 1, q * len(ranked) + 1 + e))])] for q in shares]
            return out

        """

    /// Writes the data, and reads both.
    private func compare(
        _ program: String, file: String = "data.parquet"
    ) async throws -> (profile: DataProfile, expected: [String: Expected]) {
        let folder = try TemporaryFolder()
        let expected = try Oracle.json(
            [String: Expected].self, Self.prelude + program, [folder.path(file)])
        let profile = try await DataProfiler().profile(DataSet.open(folder.path(file)))
        #expect(Set(profile.columns.map(\.name)) == Set(expected.keys))
        return (profile, expected)
    }

    private func expectCounts(_ column: ColumnProfile, _ expected: Expected) {
        let name = Comment(rawValue: column.name)
        #expect(column.count == expected.count && column.missing == expected.missing, name)
        if let minimum = expected.minimum { #expect(column.minimum?.description == minimum, name) }
        if let maximum = expected.maximum { #expect(column.maximum?.description == maximum, name) }
        if let mean = expected.mean, let deviation = expected.deviation, let numbers = column.numbers {
            let scale = max(abs(mean), deviation)
            #expect(abs((numbers.mean ?? .nan) - mean) <= 1e-12 * scale, name)
            #expect(abs((numbers.standardDeviation ?? .nan) - deviation) <= 1e-9 * deviation, name)
        }
    }

    private func expectExact(_ column: ColumnProfile, _ expected: Expected) {
        let name = Comment(rawValue: column.name)
        expectCounts(column, expected)
        #expect(column.distinct.isExact && column.distinct.count == expected.distinct, name)
        #expect(column.countError == 0 && column.quantileError == 0, name)
        if let quantiles = expected.quantiles {
            #expect(column.quantiles.map(\.value.description) == quantiles, name)
        }
        if let top = expected.top {
            #expect(column.mostFrequent.first?.value.description == top, name)
            #expect(column.mostFrequent.first?.count == expected.topCount, name)
        }
    }

    @Test func parquetWithMissingValuesIsAsInPandas() async throws {
        let (profile, expected) = try await compare(
            """
            n = 30_000
            hole = g.random(n) < .2
            cards = np.array([10**18 + 7 * i for i in range(500)], dtype=np.int64)[g.integers(0, 500, n)]
            amounts = np.round(np.exp(g.normal(3, 1, n)), 2)
            odd = amounts - 1e9
            odd[::100] = np.nan; odd[1::100] = np.inf; odd[2::100] = -np.inf
            towns = np.array(["Müller, Söhne", "東京", "naïve 🙂", "x"])[g.choice(4, n, p=[.4, .3, .2, .1])]
            table = {
                "card": pa.array(cards, mask=hole), "small": pa.array(g.integers(-5, 5, n).astype(np.int32)),
                "amount": pa.array(amounts, mask=hole), "single": pa.array(amounts.astype(np.float32)),
                "odd": pa.array(odd), "town": pa.array(towns.tolist(), mask=hole).dictionary_encode(),
            }
            pq.write_table(pa.table(table), sys.argv[1], row_group_size=7_000)
            frame = {"card": pd.Series(cards)[~hole], "small": pd.Series(table["small"].to_numpy()), "amount": pd.Series(amounts)[~hole],
                "single": pd.Series(amounts.astype(np.float32).astype(float)), "odd": pd.Series(odd), "town": pd.Series(towns)[~hole]}
            result = {name: describe(s, n - len(s.dropna())) for name, s in frame.items()}
            result["odd"]["distinct"] = int(frame["odd"][np.isfinite(frame["odd"])].nunique())
            result["odd"].pop("top", None)
            print(json.dumps(result))
            """)
        for column in profile.columns { expectExact(column, try #require(expected[column.name])) }
        let odd = try #require(profile.column(named: "odd")?.numbers)
        #expect(odd.nan == 300 && odd.infinities == 600)
        #expect(profile.column(named: "card")?.numbers?.areWhole == true)
    }

    @Test func csvIsAsInPandas() async throws {
        let (profile, expected) = try await compare(
            """
            n = 5_000
            frame = pd.DataFrame({
                "id": np.arange(n) * 3 - 700, "amount": np.round(g.normal(20, 400, n), 2),
                "rate": np.where(g.random(n) < .3, np.nan, g.random(n)), "kind": np.array(["a b", "c, d", "é"])[g.choice(3, n, p=[.5, .3, .2])]})
            frame.to_csv(sys.argv[1], index=False)
            print(json.dumps({c: describe(frame[c], int(frame[c].isna().sum())) for c in frame}))
            """, file: "data.csv")
        for column in profile.columns { expectExact(column, try #require(expected[column.name])) }
        #expect(profile.column(named: "id")?.order == .strictlyAscending)
    }

    /// More than 100,000 different values, in orders that are bad for samples.
    @Test(arguments: [
        "np.arange(n)", "np.arange(n)[::-1]", "g.permutation(n)", "np.r_[np.arange(0, n, 2), np.arange(1, n, 2)]",
    ])
    func manyValuesAreWithinTheStatedErrors(order: String) async throws {
        let (profile, expected) = try await compare(
            """
            n = 250_000
            order = \(order)
            numbers = np.sort(np.exp(g.normal(0, 3, n)))[order]
            ids = (10**18 + np.arange(n, dtype=np.int64) * 12_345)[order]
            some = np.where(order % 10 == 0, 7, ids)
            texts = np.where(order % 10 == 0, "often", pd.Series(ids).map(lambda i: "%032x" % i))
            frame = pd.DataFrame({"number": numbers, "id": ids, "some": some, "text": texts})
            pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), sys.argv[1], row_group_size=30_000)
            print(json.dumps({c: describe(frame[c], 0) for c in frame}))
            """)
        for column in profile.columns {
            let expected = try #require(expected[column.name])
            let name = Comment(rawValue: column.name)
            expectCounts(column, expected)
            let error = abs(Double(column.distinct.count - expected.distinct)) / Double(expected.distinct)
            #expect(!column.distinct.isExact && error <= 4 * (column.distinct.standardError ?? 0), name)
            #expect(column.countError <= column.count / 4_096, name)
            for (quantile, bounds) in zip(column.quantiles, expected.bounds ?? []) {
                let value = try #require(quantile.value.double)
                #expect(value >= bounds[0] && value <= bounds[1], "\(column.name) at \(quantile.share)")
            }
            if let top = expected.top, let first = column.mostFrequent.first, expected.topCount ?? 0 > 1 {
                #expect(first.value.description == top, name)
                #expect((first.count...first.count + column.countError).contains(expected.topCount ?? 0), name)
            }
        }
        #expect(profile.column(named: "number")?.quantiles.count == Quantile.shares.count)
        #expect(profile.column(named: "text")?.text?.hexadecimals == 0.9)
        #expect(profile.column(named: "text")?.sampledTexts.count == 1_000)
    }

    @Test func timesByDayAndMonthAreAsInPandas() async throws {
        struct Counts: Decodable {
            var rows: [String: Int]
            var frauds: [String: Int]
            var months: [String: Int]
            var first: String
            var last: String
            var fraudQuantiles: [Double]
        }
        let folder = try TemporaryFolder()
        let expected = try Oracle.json(
            Counts.self,
            Self.prelude + """
                n = 4_000
                when = pd.Timestamp("1969-12-01") + pd.to_timedelta(np.sort(g.integers(0, 90 * 86400, n)), unit="s")
                frame = pd.DataFrame({"when": when, "fraud": (g.random(n) < .1).astype(int), "amount": np.round(g.random(n) * 100, 2)})
                frame.to_csv(sys.argv[1], index=False, date_format="%Y-%m-%d %H:%M:%S")
                day = frame.when.dt.strftime("%Y-%m-%d")
                frauds = frame.amount[frame.fraud == 1].to_numpy()
                print(json.dumps(dict(rows=frame.groupby(day).size().to_dict(), frauds=frame.fraud.groupby(day).sum().to_dict(),
                    months=frame.groupby(frame.when.dt.strftime("%Y-%m")).size().to_dict(), first=str(when[0]), last=str(when[-1]),
                    fraudQuantiles=[float(np.quantile(frauds, q, method="inverted_cdf")) for q in shares])))
                """, [folder.path("data.csv")])
        let request = DataProfileRequest(label: .init("fraud"), time: .init("when"), amount: "amount")
        let profile = try await DataProfiler(request).profile(DataSet.open(folder.path("data.csv")))
        let time = try #require(profile.time)
        #expect(time.first == expected.first && time.last == expected.last && time.order != .unordered)
        #expect(Dictionary(uniqueKeysWithValues: time.days.map { ($0.date, $0.rows) }) == expected.rows)
        #expect(Dictionary(uniqueKeysWithValues: time.days.map { ($0.date, $0.frauds) }) == expected.frauds)
        #expect(Dictionary(uniqueKeysWithValues: time.months.map { ($0.date, $0.rows) }) == expected.months)
        #expect(time.days.map(\.date) == time.days.map(\.date).sorted() && time.otherRows == 0)
        #expect(profile.label?.frauds == expected.frauds.values.reduce(0, +) && profile.label?.rows == 4_000)
        #expect(profile.amount?.fraud.map(\.value.double) == expected.fraudQuantiles)
    }
}
