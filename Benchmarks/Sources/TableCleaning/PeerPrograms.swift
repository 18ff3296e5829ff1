/// The columns of the table.
let schemaText = #"""
    {
      "version": 1,
      "columns": [
        {"name": "column0", "type": "integer", "role": "ignored"},
        {"name": "trans_date_trans_time", "type": "timestamp", "role": "time"},
        {"name": "cc_num", "type": "integer", "role": "key"},
        {"name": "merchant", "type": "category", "role": "key"},
        {"name": "category", "type": "category"},
        {"name": "amt", "type": "float", "role": "amount", "minimum": 0},
        {"name": "gender", "type": "category"},
        {"name": "city", "type": "category"},
        {"name": "state", "type": "category"},
        {"name": "zip", "type": "category"},
        {"name": "lat", "type": "float", "role": "latitude", "point": "customer", "minimum": -90, "maximum": 90},
        {"name": "long", "type": "float", "role": "longitude", "point": "customer", "minimum": -180, "maximum": 180},
        {"name": "city_pop", "type": "integer"},
        {"name": "job", "type": "category"},
        {"name": "dob", "type": "timestamp", "role": "ignored", "format": "yyyy-MM-dd"},
        {"name": "trans_num", "type": "text", "role": "id"},
        {"name": "unix_time", "type": "integer", "role": "ignored"},
        {"name": "merch_lat", "type": "float", "role": "latitude", "point": "merchant", "minimum": -90, "maximum": 90},
        {"name": "merch_long", "type": "float", "role": "longitude", "point": "merchant", "minimum": -180, "maximum": 180},
        {"name": "is_fraud", "type": "integer", "role": "label"}
      ]
    }
    """#

/// Writes the table: texts with commas in quotes, card numbers of up to 18 digits, coordinates, ids in hexadecimal; some
/// amounts are missing, no numbers or negative, and some ids repeated.
let tableProgram = #"""
    import sys, numpy as np, polars as pl
    path, rows, seed = sys.argv[1], int(sys.argv[2]), 7
    g = np.random.default_rng(seed)
    customers, merchants = max(50, rows // 110), max(40, rows // 300)
    kinds = ["misc_net", "grocery_pos", "entertainment", "gas_transport", "misc_pos", "shopping_net", "food_dining", "travel", "kids_pets", "home"]
    home, shop = g.uniform([35, -100], [45, -80], (customers, 2)).round(4), g.uniform([35, -100], [45, -80], (merchants, 2)).round(6)
    cards, typical, kind = g.integers(10 ** 15, 9 * 10 ** 17, customers), np.exp(g.normal(3.4, .7, customers)), g.integers(0, 10, merchants)
    names = pl.Series(["shop_%d, Sons and %s" % (m, "Müller" if m % 7 == 0 else "Lee") for m in range(merchants)])
    done = 0
    with open(path, "wb") as file:
        while done < rows:
            n = min(500_000, rows - done)
            t = np.sort(g.integers(done * 2, (done + n) * 2, n)); c = g.integers(0, customers, n); m = g.integers(0, merchants, n)
            amount = np.maximum(.01, np.round(typical[c] * np.exp(g.normal(0, .55, n)), 2)).astype(str).astype(object)
            dirt = g.random(n)
            amount[dirt < .002] = "Err"; amount[(dirt >= .002) & (dirt < .003)] = "-5.0"; amount[(dirt >= .003) & (dirt < .005)] = ""
            ids = np.array(["%032x" % x for x in g.integers(1, 2 ** 62, n).tolist()], object)
            again = np.flatnonzero(dirt > .99)[1:]; ids[again] = ids[again - 1]
            day = pl.Series(t).cast(pl.Int64)
            table = pl.DataFrame({"": np.arange(done, done + n), "trans_date_trans_time": (pl.select((pl.lit(1546300800) + pl.lit(day)) * 1000000).to_series().cast(pl.Datetime("us")).dt.strftime("%Y-%m-%d %H:%M:%S")),
                "cc_num": cards[c], "merchant": names.gather(m), "category": pl.Series(kinds).gather(kind[m]), "amt": pl.Series([str(x) for x in amount]), "gender": pl.Series(["M", "F"]).gather(c % 2),
                "city": pl.Series(["Town %d" % i for i in range(300)]).gather(c % 300), "state": pl.Series(["NC", "WA", "ID", "MT", "VA"]).gather(c % 5), "zip": 10000 + c % 80000,
                "lat": home[c, 0], "long": home[c, 1], "city_pop": 100 + c * 37 % 90000, "job": pl.Series(["Job, %d" % i for i in range(50)]).gather(c % 50), "dob": pl.Series(["1980-05-17"]).gather(np.zeros(n, int)),
                "trans_num": pl.Series(list(ids)), "unix_time": 1325376000 + t, "merch_lat": shop[m, 0], "merch_long": shop[m, 1], "is_fraud": (g.random(n) < .01).astype(int)})
            table.write_csv(file, include_header=done == 0)
            done += n
    """#

/// The rules in DuckDB's SQL.
let duckDBProgram = #"""
    import sys, time, resource, duckdb
    source, output = sys.argv[1:3]
    start = time.perf_counter(); usage = resource.getrusage(resource.RUSAGE_SELF); before = usage.ru_utime + usage.ru_stime
    db = duckdb.connect()
    db.execute("SET enable_progress_bar = false"); db.execute("set threads = 2")
    types = {'column0': 'bigint', 'trans_date_trans_time': 'timestamp', 'cc_num': 'bigint', 'amt': 'double', 'lat': 'double', 'long': 'double', 'city_pop': 'bigint', 'dob': 'timestamp', 'unix_time': 'bigint', 'merch_lat': 'double', 'merch_long': 'double', 'is_fraud': 'bigint'}
    names = open(source).readline().strip().replace('""', 'column0').split(',')
    if names[0] == '': names[0] = 'column0'
    columns = '{' + ', '.join(f"'{n}': 'varchar'" for n in names) + '}'
    missing = ' and '.join(f'lower("{n}") not in (\'\', \'none\', \'null\', \'err\', \'nan\')' for n in names)
    casts = ', '.join(f'try_cast("{n}" as {types[n]}) as "{n}"' if n in types else f'"{n}"' for n in names)
    valid = ' and '.join(f'"{n}" is not null' for n in names)
    db.execute(f"""create temp table good as select distinct on (trans_num) * from (
        select {casts} from read_csv('{source}', header = false, skip = 1, delim = ',', quote = '"', escape = '"', columns = {columns}, auto_detect = false, ignore_errors = true)
        where {missing}) where {valid} and amt > 0 and isfinite(amt) and lat between -90 and 90 and merch_lat between -90 and 90 and long between -180 and 180 and merch_long between -180 and 180 and is_fraud in (0, 1)""")
    q1, q3 = db.execute("select quantile_cont(ln(amt), 0.25), quantile_cont(ln(amt), 0.75) from good").fetchone()
    rows = db.execute(f"copy (select * from good where ln(amt) <= {q3 + 3 * (q3 - q1)!r}) to '{output}' (format parquet, compression snappy)").fetchone()[0]
    seconds = time.perf_counter() - start
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(rows); print(usage.ru_maxrss); print(usage.ru_utime + usage.ru_stime - before); print(seconds)
    """#

/// The rules in Polars' expressions.
let polarsProgram = #"""
    import os
    os.environ['POLARS_MAX_THREADS'] = '2'
    import sys, time, resource, polars as pl
    source, output = sys.argv[1:3]
    start = time.perf_counter(); usage = resource.getrusage(resource.RUSAGE_SELF); before = usage.ru_utime + usage.ru_stime
    types = {'column0': pl.Int64, 'trans_date_trans_time': 'ts', 'cc_num': pl.Int64, 'amt': pl.Float64, 'lat': pl.Float64, 'long': pl.Float64, 'city_pop': pl.Int64, 'dob': 'date', 'unix_time': pl.Int64, 'merch_lat': pl.Float64, 'merch_long': pl.Float64, 'is_fraud': pl.Int64}
    names = open(source).readline().strip().replace('""', 'column0').split(',')
    if names[0] == '': names[0] = 'column0'
    def cast(n):
        t = types.get(n)
        if t == 'ts': return pl.col(n).str.to_datetime('%Y-%m-%d %H:%M:%S', strict=False)
        if t == 'date': return pl.col(n).str.to_datetime('%Y-%m-%d', strict=False)
        return pl.col(n) if t is None else pl.col(n).cast(t, strict=False)
    good = (pl.scan_csv(source, has_header=False, skip_rows=1, new_columns=names, schema={n: pl.String for n in names}, null_values=['', 'None', 'NULL', 'Err', 'nan'])
        .with_columns([cast(n) for n in names]).drop_nulls()
        .filter((pl.col('amt') > 0) & pl.col('amt').is_finite() & pl.col('lat').is_between(-90, 90) & pl.col('merch_lat').is_between(-90, 90) & pl.col('long').is_between(-180, 180) & pl.col('merch_long').is_between(-180, 180) & pl.col('is_fraud').is_in([0, 1]))
        .unique(subset='trans_num', keep='first', maintain_order=True).collect(engine='streaming'))
    amount = pl.col('amt').log()
    q1, q3 = good.select(amount.quantile(0.25, 'linear').alias('a'), amount.quantile(0.75, 'linear').alias('b')).row(0)
    kept = good.filter(amount <= q3 + 3 * (q3 - q1))
    kept.write_parquet(output, compression='snappy')
    seconds = time.perf_counter() - start
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(len(kept)); print(usage.ru_maxrss); print(usage.ru_utime + usage.ru_stime - before); print(seconds)
    """#

/// Counts the rows that are in only one of two Parquet files, comparing all columns.
let comparisonProgram = #"""
    import sys, duckdb
    a, b = (f"select * from '{path}'" for path in sys.argv[1:3])
    print(sum(duckdb.sql(f"select count(*) from ({x} except all {y})").fetchall()[0][0] for x, y in ((a, b), (b, a))))
    """#
