/// The rules in DuckDB's SQL.
let duckDBProgram = #"""
    import sys, time, glob, resource, duckdb
    folder, output, outliers = sys.argv[1:4]
    start = time.perf_counter()
    db = duckdb.connect()
    db.execute("SET enable_progress_bar = false")
    db.execute("set threads = 2")
    names = ['transaction_id', 'tx_datetime', 'customer_id', 'terminal_id', 'tx_amount', 'tx_time_seconds', 'tx_time_days', 'tx_fraud', 'tx_fraud_scenario']
    types = ['bigint', 'timestamp', 'bigint', 'bigint', 'double', 'bigint', 'int', 'int', 'int']
    columns = '{' + ', '.join(f"'{n}': 'varchar'" for n in names) + '}'
    missing = ' and '.join(f"lower({n}) not in ('', 'none', 'null', 'err', 'nan')" for n in names)
    casts = ', '.join(f"try_cast({n} as {t}) as {n}" for n, t in zip(names, types))
    valid = ' and '.join(f"{n} is not null" for n in names)
    db.execute(f"""create temp table good as select distinct on (transaction_id) * from (
        select {casts} from read_csv({sorted(glob.glob(folder + '/*.txt'))!r}, header = false, skip = 1, delim = ',', quote = '', escape = '',
            columns = {columns}, auto_detect = false, ignore_errors = true)
        where {missing} and tx_datetime not like '%24:00:00')
        where {valid} and customer_id not in (-9999, -999999) and tx_amount > 0 and isfinite(tx_amount)""")
    method, k = outliers.split(':')[:2]
    amount = 'ln(tx_amount)' if method == 'log-iqr' else 'tx_amount'
    q1, q3 = db.execute(f"select quantile_cont({amount}, 0.25), quantile_cont({amount}, 0.75) from good").fetchone()
    low = '-1e308' if outliers.endswith('upper') else repr(q1 - float(k) * (q3 - q1))
    rows = db.execute(f"""copy (select * from good where {amount} between {low} and {q3 + float(k) * (q3 - q1)!r})
        to '{output}' (format parquet, compression snappy)""").fetchone()[0]
    seconds = time.perf_counter() - start
    print(rows); print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss); print(seconds)
    """#

/// The rules in Polars' expressions.
let polarsProgram = #"""
    import os
    os.environ['POLARS_MAX_THREADS'] = '2'
    import sys, time, glob, resource, polars as pl
    folder, output, outliers = sys.argv[1:4]
    start = time.perf_counter()
    names = ['transaction_id', 'tx_datetime', 'customer_id', 'terminal_id', 'tx_amount', 'tx_time_seconds', 'tx_time_days', 'tx_fraud', 'tx_fraud_scenario']
    types = [pl.Int64, None, pl.Int64, pl.Int64, pl.Float64, pl.Int64, pl.Int32, pl.Int32, pl.Int32]
    casts = [pl.col(n).str.to_datetime('%Y-%m-%d %H:%M:%S', strict=False) if t is None else pl.col(n).cast(t, strict=False) for n, t in zip(names, types)]
    good = (pl.scan_csv(sorted(glob.glob(folder + '/*.txt')), has_header=False, skip_rows=1, new_columns=names, schema={n: pl.String for n in names},
                        quote_char=None, truncate_ragged_lines=True, null_values=['', 'None', 'NULL', 'Err', 'nan'])
        .with_columns(casts).drop_nulls()
        .filter(~pl.col('customer_id').is_in([-9999, -999999]) & (pl.col('tx_amount') > 0) & pl.col('tx_amount').is_finite())
        .unique(subset='transaction_id', keep='first', maintain_order=True).collect(engine='streaming'))
    method, k = outliers.split(':')[:2]
    amount = pl.col('tx_amount').log() if method == 'log-iqr' else pl.col('tx_amount')
    q1, q3 = good.select(amount.quantile(0.25, 'linear').alias('a'), amount.quantile(0.75, 'linear').alias('b')).row(0)
    low = float('-inf') if outliers.endswith('upper') else q1 - float(k) * (q3 - q1)
    kept = good.filter(amount.is_between(low, q3 + float(k) * (q3 - q1)))
    kept.write_parquet(output, compression='snappy')
    seconds = time.perf_counter() - start
    print(len(kept)); print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss); print(seconds)
    """#

/// Counts the rows that are in only one of two Parquet files, comparing all columns.
let comparisonProgram = #"""
    import sys, duckdb
    a, b = (f"select * from '{path}'" for path in sys.argv[1:3])
    print(sum(duckdb.sql(f"select count(*) from ({x} except all {y})").fetchall()[0][0] for x, y in ((a, b), (b, a))))
    """#
