import BenchmarkSupport

/// The programs that compute ``SixtyFeatures`` otherwise. Their arguments are the folder of the table, the threads, a file with one
/// feature a line, and for the values a file to write to, feature by feature as 32-bit numbers.
enum PlanPeers {
    static let duckDB = Peer(
        MadeUpTable.python + ProcessUsage.python + """
            import duckdb
            columns = [line.rstrip("\\n").split("\\t")[0] for line in open(sys.argv[3])]
            connection = duckdb.connect()
            connection.execute(f"set threads={sys.argv[2]}; set enable_progress_bar=false")
            connection.execute("create table t as select * from transactions")
            del transactions
            start = usage()
            connection.execute(
                "create table f as select time, " + ", ".join(f"({c})::float as f{i}" for i, c in enumerate(columns)) + " from t")

            end = usage()
            if len(sys.argv) > 4:
                values = connection.execute("select * exclude time from f order by time").fetchnumpy()
                with open(sys.argv[4], "wb") as file:
                    for column in values.values():
                        file.write(np.ma.filled(column.astype(np.float32), np.nan).tobytes())
            print(*(b - a for a, b in zip(start, end)))
            """)

    static let polars = Peer(
        """
        import os, sys
        os.environ["POLARS_MAX_THREADS"] = sys.argv[2]

        """ + MadeUpTable.python + ProcessUsage.python + """
            import polars as pl
            specs = [line.rstrip("\\n").split("\\t")[1].split("|") for line in open(sys.argv[3])]
            data = pl.from_arrow(transactions).with_columns(one=pl.lit(1.0), is_fraud=pl.col("is_fraud").cast(pl.Float64))
            del transactions
            when, amount = pl.col("time"), pl.col("amount")
            def over(keys, column, window, function):
                return getattr(pl.col(column), f"rolling_{function}_by")("time", window_size=f"{window}us").over(keys)
            def feature(kind, keys, column, window, delay):
                keys, window, delay = keys.split(","), int(window), int(delay)
                if kind.startswith("ratio-"):
                    return amount / feature(kind[6:], ",".join(keys), column, window, delay)
                if kind == "column": return amount
                if kind == "hour": return when.dt.hour()
                if kind == "weekday": return when.dt.weekday() - 1
                if kind == "previous":
                    gap = (when - when.shift(1).over(keys)).dt.total_microseconds()
                    return pl.when(gap < window).then(gap / 1e6)
                if kind == "first": return over(keys, "one", window, "sum") == 1
                if kind in ("count", "fraud_share") and delay:
                    def delayed(column):
                        return over(keys, column, window + delay, "sum") - over(keys, column, delay, "sum")
                    if kind == "count": return delayed("one")
                    return pl.when(delayed("one") > 0).then(delayed("is_fraud") / delayed("one")).otherwise(0)
                if kind == "count": return over(keys, "one", window, "sum")
                name = {"sum": "sum", "mean": "mean", "standard_deviation": "std", "minimum": "min", "maximum": "max"}[kind]
                return over(keys, column, window, name)
            start = usage()
            distinct = {}
            for kind, keys, column, window, delay in specs:
                if kind == "distinct":
                    counted = data.with_row_index("row").rolling("time", period=f"{window}us", group_by=keys).agg(
                        pl.col("row").last(), pl.col(column).n_unique().alias("value"))
                    distinct[keys] = counted.sort("row")["value"]
            result = data.select(
                (pl.lit(distinct[s[1]]) if s[0] == "distinct" else feature(*s)).cast(pl.Float32).alias(f"f{i}")
                for i, s in enumerate(specs))
            end = usage()
            if len(sys.argv) > 4:
                with open(sys.argv[4], "wb") as file:
                    for column in result.iter_columns():
                        file.write(column.cast(pl.Float32).to_numpy().astype(np.float32).tobytes())
            print(*(b - a for a, b in zip(start, end)))
            """)

    /// Compares files of values: arguments are the features' names in a file, the number of rows, ours, and a peer's.
    static let comparison = Peer(
        """
        import sys, numpy as np
        names = [line.rstrip("\\n").split("\\t")[2] for line in open(sys.argv[1])]
        ours, theirs = (np.fromfile(path, np.float32).reshape(len(names), -1).astype(np.float64) for path in sys.argv[2:4])
        wrong = []
        for name, mine, other in zip(names, ours, theirs):
            near = np.isclose(mine, other, rtol=1e-5, atol=2e-3, equal_nan=True)
            if not near.all():
                row = int(np.flatnonzero(~near)[0])
                wrong.append(f"{name}: {(~near).sum()} differ, first row {row}: {mine[row]} and {other[row]}")
        print(f"{len(names) - len(wrong)} of {len(names)} features are equal in all {ours.shape[1]} rows")
        print("\\n".join(wrong))
        """)
}
