import Foundation
import TestSupport
import Testing

/// `score-transactions` on data as others write them.
@Suite(.needs(.python)) struct ScoreTransactionsTests {
    private struct Result: Decodable {
        var rows: Int
        var unscored: Int
        var history: String
    }

    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func simulate() throws {
        let outcome = try Executable.run(
            "simulate-transactions",
            ["--output", "sorted.parquet", "--format", "parquet", "--transactions", "8000", "--days", "40"], in: folder)
        try #require(outcome.status == 0, "\(outcome.errors)")
    }

    private func train(_ data: String, _ arguments: [String] = []) throws {
        let outcome = try Executable.run(
            "train-model", ["--data", data, "--output", "model", "--rounds", "5"] + arguments, in: folder)
        try #require(outcome.status == 0, "\(outcome.errors)")
    }

    private func python(_ program: String) throws {
        _ = try Oracle.json(
            Int.self, "import os, sys; os.chdir(sys.argv[1])\n" + program + "\nprint(0)", [folder.path("")])
    }

    private func score(_ data: String, _ output: String) throws -> Result {
        try Executable.json(
            Result.self, "score-transactions", ["--data", data, "--model", "model", "--output", output], in: folder)
    }

    @Test func theOrderOfTheRowsDoesNotMatter() throws {
        try simulate()
        try python(
            """
            import pyarrow as pa, pyarrow.parquet as pq, pyarrow.compute as pc, random
            table = pq.read_table("sorted.parquet")
            order = list(range(table.num_rows))
            random.Random(1).shuffle(order)
            pq.write_table(table.take(order), "shuffled.parquet", row_group_size=1000)
            os.mkdir("customers")
            for part in range(3):
                rows = [row for row, customer in enumerate(table["customer_id"].to_pylist()) if customer % 3 == part]
                pq.write_table(table.take(rows), f"customers/part-{part}.parquet")
            """)
        try train("shuffled.parquet")
        for name in ["sorted.parquet", "shuffled.parquet", "customers"] {
            let result = try score(name, "scores-\(name.prefix(6)).parquet")
            #expect(result.rows > 7000 && result.unscored == 0 && result.history == "empty")
        }
        try python(
            """
            import pyarrow.parquet as pq
            ids = {name: pq.read_table(name)["transaction_id"].to_pylist() for name in ("sorted.parquet", "shuffled.parquet", "customers")}
            scores = {name: pq.read_table(f"scores-{name[:6]}.parquet") for name in ids}
            expected = {row["transaction_id"]: row for row in scores["sorted.parquet"].to_pylist()}
            assert len({row["probability"] for row in expected.values()}) > 20
            for name, table in scores.items():
                assert table["transaction_id"].to_pylist() == ids[name], name
                for row in table.to_pylist(): assert row == expected[row["transaction_id"]], (name, row)
            """)
    }

    @Test func idsKeepTheirTypeUnderAnySpelling() throws {
        try python(
            """
            import pyarrow as pa, pyarrow.parquet as pq, decimal
            x = [float(i) for i in range(200)]
            pq.write_table(pa.table({"x": x, "tx_fraud": pa.array([int(i > 120) for i in range(200)], pa.int32())}), "train.parquet")
            kinds = {
                "uuid": pa.array([f"00000000-0000-4000-8000-{i:012}" for i in range(200)]),
                "null": pa.array([None if i % 3 else i for i in range(200)], pa.int64()),
                "float": pa.array([i + 0.5 for i in range(200)]), "int32": pa.array(range(200), pa.int32())}
            for kind, ids in kinds.items():
                for name in ("transaction_id", "TRANSACTION_ID", "tranaction_id"):
                    pq.write_table(pa.table({"x": x, name: ids}), f"{kind}-{name}.parquet")
            """)
        try train("train.parquet", ["--feature-columns", "x"])
        let files = [
            "uuid-transaction_id", "null-TRANSACTION_ID", "float-tranaction_id", "int32-transaction_id",
            "uuid-tranaction_id",
        ]
        for file in files {
            #expect(try score("\(file).parquet", "\(file)-scores.parquet").rows == 200)
        }
        try python(
            """
            import pyarrow.parquet as pq
            for file in "\(files.joined(separator: " "))".split():
                ids = pq.read_table(f"{file}.parquet")[file[file.index("-") + 1:]]
                scores = pq.read_table(f"{file}-scores.parquet")
                assert scores.column_names == ["transaction_id", "probability", "prediction"], file
                assert scores["transaction_id"].equals(ids), (file, scores["transaction_id"].type, ids.type)
            """)
        // Transactions under names in capitals: trained on and scored.
        try simulate()
        try python(
            """
            import pyarrow.parquet as pq
            table = pq.read_table("sorted.parquet")
            pq.write_table(table.rename_columns([name.upper() for name in table.column_names]), "upper.parquet")
            """)
        try train("upper.parquet")
        #expect(try score("upper.parquet", "upper-scores.parquet").rows > 7000)
        let compared = try Executable.run(
            "compare-models",
            ["--data", "upper.parquet", "--champion", "model", "--candidate", "model", "--include-training-rows"],
            in: folder)
        #expect(compared.status == 0, "\(compared.errors)")
        _ = try score("sorted.parquet", "sorted-scores.parquet")
        try python(
            """
            import pyarrow.parquet as pq
            assert pq.read_table("upper-scores.parquet").equals(pq.read_table("sorted-scores.parquet"))
            """)
    }

    @Test func amountsThatAreNotFiniteAreCountedAndWarnedOf() throws {
        try simulate()
        try train("sorted.parquet")
        try python(
            """
            import pyarrow as pa, pyarrow.parquet as pq
            table = pq.read_table("sorted.parquet")
            amounts = table["tx_amount"].to_pylist()
            amounts[10], amounts[4000] = float("nan"), float("inf")
            index = table.column_names.index("tx_amount")
            pq.write_table(table.set_column(index, "tx_amount", pa.array(amounts)), "numbers.parquet")
            keep = [row for row in range(table.num_rows) if row not in (10, 4000)]
            pq.write_table(table.take(keep), "without.parquet")
            """)
        let outcome = try Executable.run(
            "score-transactions",
            ["--data", "numbers.parquet", "--model", "model", "--output", "scores.parquet", "--json"], in: folder)
        #expect(outcome.status == 0 && outcome.errors.contains("2 rows have no score"), "\(outcome.errors)")
        #expect(try Executable.decode(Result.self, outcome.output).unscored == 2)
        _ = try score("without.parquet", "expected.parquet")
        try python(
            """
            import pyarrow.parquet as pq
            rows, expected = pq.read_table("scores.parquet").to_pylist(), pq.read_table("expected.parquet").to_pylist()
            for row in (10, 4000): assert rows[row]["probability"] is None and rows[row]["prediction"] is None
            assert [row for row in rows if row["probability"] is not None] == expected
            """)
    }
}
