import Foundation
import TestSupport

/// Dirty transactions and their cleaning by an independent program, written from the rules' description alone.
enum CleaningOracle {
    /// Makes files of dirty transactions in a folder, and `expected.parquet` and `expected.json` beside them.
    /// - Parameter form: `raw`, `crlf`, `csv`, `gzip`, `zstd`, `parquet` or `parquet-text`.
    static func generate(
        in folder: TemporaryFolder, form: String, rows: Int, seed: Int, outliers: String, duplicates: String = "id",
        ids: String = "near", repair: Bool = false
    ) throws {
        try Oracle.run(
            program,
            ["generate", folder.path(""), form, "\(rows)", "\(seed)", outliers, duplicates, ids, repair ? "1" : "0"])
    }

    /// How a Parquet file differs from what is expected; empty when it does not.
    static func differences(in folder: TemporaryFolder, _ output: String) throws -> String {
        try Oracle.run(program, ["compare", folder.path(""), output])
    }

    static func counts(in folder: TemporaryFolder) throws -> [String: [Int]] {
        let data = try Data(contentsOf: folder.url.appending(path: "expected.json"))
        return try JSONDecoder().decode([String: [Int]].self, from: data)
    }

    private static let program = #"""
        import sys, os, re, json, math, random, datetime, gzip
        import numpy as np, pyarrow as pa, pyarrow.parquet as pq

        NAMES = ['transaction_id', 'tx_datetime', 'customer_id', 'terminal_id', 'tx_amount', 'tx_time_seconds',
                 'tx_time_days', 'tx_fraud', 'tx_fraud_scenario']
        EPOCH = datetime.datetime(1970, 1, 1)
        INTEGER = re.compile(r'[+-]?[0-9]+\Z')
        DECIMAL = re.compile(r'[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\Z')
        WHOLE = re.compile(r'([+-]?[0-9]+)\.0+\Z')
        TIME = re.compile(r'(\d{4})([-/])(\d\d)\2(\d\d)[ T](\d\d):(\d\d):(\d\d)(\.\d{1,9})?[ \t]*(Z|UTC|GMT|[+-]\d\d(:?\d\d)?)?\Z', re.A | re.I)

        def integer(text, bits):
            whole = WHOLE.match(text)
            if whole and abs(int(whole[1])) >= 2 ** 53: return None
            if not whole and not INTEGER.match(text): return None
            value = int(whole[1] if whole else text)
            return value if -2 ** (bits - 1) <= value < 2 ** (bits - 1) else None

        def label(text):
            word = text.lower()
            return 1 if word in ('true', 't', 'yes', 'y') else 0 if word in ('false', 'f', 'no', 'n') else integer(text, 32)

        def decimal(text):
            if DECIMAL.match(text): return float(text)
            return float(text) if re.fullmatch(r'[+-]?(inf|infinity|nan)', text, re.I) else None

        def time(text):
            m = TIME.match(text)
            if not m: return None
            try: moment = datetime.datetime(*(int(m[k]) for k in (1, 3, 4, 5, 6, 7)))
            except ValueError: return None
            value = (moment - EPOCH) // datetime.timedelta(microseconds=1)
            if m[8]: value += int(m[8][1:].ljust(6, '0')[:6])
            if m[9] and m[9][0] in '+-':
                minutes = int(m[9][-2:]) if len(m[9]) > 3 else 0
                if int(m[9][1:3]) > 23 or minutes > 59: return None
                value -= (1 if m[9][0] == '+' else -1) * (int(m[9][1:3]) * 60 + minutes) * 60_000_000
            return value

        PARSE = [lambda t: integer(t, 64), time, lambda t: integer(t, 64), lambda t: integer(t, 64), decimal,
                 lambda t: integer(t, 64), lambda t: integer(t, 32), label, lambda t: integer(t, 32)]

        def clean(rows, outliers, duplicates, repair):
            counts = {k: [0, 0] for k in ['malformed', 'missing', 'invalid', 'unknownCustomer', 'nonPositiveAmount',
                                          'duplicate', 'amountOutlier']}
            def drop(rule, fraud):
                counts[rule][0] += 1; counts[rule][1] += fraud == 1
            kept, seen = [], set()
            for fields in rows:
                if len(fields) == 10 and not fields[9].strip(' \t'): fields = fields[:9]
                if len(fields) != 9: drop('malformed', None); continue
                fields = [f.strip(' \t') for f in fields]
                if any(f == '' or f.lower() in ('none', 'null', 'err', 'nan') for f in fields):
                    drop('missing', label(fields[7])); continue
                values = [parse(f) for parse, f in zip(PARSE, fields)]
                if any(v is None for v in values): drop('invalid', values[7]); continue
                if values[2] in (-9999, -999999): drop('unknownCustomer', values[7]); continue
                if not (values[4] > 0 and math.isfinite(values[4])): drop('nonPositiveAmount', values[7]); continue
                if repair: values[6] = max(-2**31, min(2**31 - 1, values[5] // 86400))
                key = values[0] if duplicates == 'id' else tuple(values)
                if key in seen: drop('duplicate', values[7]); continue
                seen.add(key); kept.append(values)
            amounts = np.array([v[4] for v in kept])
            low, high = fences(amounts, outliers) if len(amounts) else (-np.inf, np.inf)
            measured = np.log(amounts) if outliers.startswith('log-') else amounts
            final = []
            for values, m in zip(kept, measured):
                if low <= m <= high: final.append(values)
                else: drop('amountOutlier', values[7])
            counts['kept'] = [len(final), sum(v[7] == 1 for v in final)]
            counts['read'] = [len(rows), 0]
            return final, counts

        def fences(amounts, text):
            parts = text.split(':')
            upper = parts[-1] == 'upper'
            k = float(parts[1]) if len(parts) > 1 else 0
            if parts[0] in ('iqr', 'log-iqr'):
                q1, q3 = np.quantile(np.log(amounts) if parts[0] == 'log-iqr' else amounts, [0.25, 0.75])
                low, high = q1 - k * (q3 - q1), q3 + k * (q3 - q1)
            elif parts[0] == 'quantile': low, high = np.quantile(amounts, [float(parts[1]), float(parts[2])])
            elif parts[0] == 'fixed': low, high = float(parts[1]), float(parts[2])
            elif parts[0] == 'z-score': low, high = amounts.mean() - k * amounts.std(), amounts.mean() + k * amounts.std()
            elif parts[0] == 'mad':
                from scipy.stats import median_abs_deviation
                spread = median_abs_deviation(amounts, scale='normal')
                low, high = np.median(amounts) - k * spread, np.median(amounts) + k * spread
            else: low, high = -np.inf, np.inf
            return (-np.inf if upper else low), high

        def table(rows):
            columns = list(zip(*rows)) if rows else [[] for _ in NAMES]
            types = [pa.int64(), pa.timestamp('us'), pa.int64(), pa.int64(), pa.float64(), pa.int64(), pa.int32(), pa.int32(), pa.int32()]
            return pa.table([pa.array(c, type=t) for c, t in zip(columns, types)], names=NAMES)

        NASTY = ['', ' ', 'None', 'NULL', 'nan', 'NaN', 'err', ' Err ', '+5', '-5', '1e3', '007', ' 12', '12\t', 'inf', '-inf', 'Infinity',
                 '9223372036854775807', '9223372036854775808', '-9223372036854775808', '99999999999999999999', '2147483648', '1.5', '5.0',
                 '.5', '5.', '.', '-', '+', '0x10', '1_0', '1e400', '1e-400', '0', '-0', '-0.0', '1e', '--1', 'abc', '٣', '12a', '0.1e2',
                 '1' * 30, '123456789.123456789', '0.30000000000000004', '12345678901234567890.5', '\x00', 'nulls', 'true', 'True', 'F', 'no', '1.0', '0.00', '9007199254740993.0', '2147483648.0', '.0', '5.0e0']
        TIMES = ['2019-02-29 00:00:00', '2020-02-29 00:00:00', '2019-09-01 24:00:00', '2019-13-01 00:00:00', '2019-09-31 00:00:00', '2019-09-01 23:60:00',
                 '2019-09-01 23:59:60', '2019-09-01T10:00:00', '2019-09-01', '2019-9-1 1:2:3', '2019-09-01 10:00', '2019-09-01 10:00:00.5',
                 '2019-09-01T10:00:00.000Z', '2019-09-01 10:00:00+03:00', '2019-09-01 10:00:00-0330', '2019/09/01 10:00:00', ' 2019-09-01 10:00:00 ',
                 '0000-01-01 00:00:00', '2019-00-10 00:00:00', '2019-01-00 00:00:00', '1900-02-29 00:00:00', '2000-02-29 12:00:00', '2019-09-01 1a:00:00',
                 '2019-09-01 10:00:00.', '2019-09-01 10:00:00.1234567', '1969-12-31 23:59:59', '2019-09-01x10:00:00', '2019-09-0110:00:00 ',
                 '2019-09-01 10:00:00 UTC', '2019-09-01 10:00:00.000 +0000', '2019-09-01 10:00:00.0000000 -03:30', '2019-09-01t10:00:00z', '2019-09-01t10:00:00',
                 '2019-09-01 10:00:00.123456789 Z', '2019-09-01 10:00:00+03', '2019-09-01 10:00:00 EST', '2019/09-01 10:00:00', '01/09/2019 10:00:00']

        def dirty(count, r, ids):
            rows, start = [], datetime.datetime(2019, 8, 22)
            for i in range(count):
                seconds = i * 7
                fraud = r.random() < 0.02
                number = i if ids == 'near' else (i * 0x9E3779B97F4A7C15) % 2**63 - 2**62
                row = [str(number), str(start + datetime.timedelta(seconds=seconds)), str(r.randrange(5000)), str(r.randrange(10000)),
                       '%.2f' % (r.lognormvariate(3.5, 1) * (20 if fraud else 1)), str(seconds), str(seconds // 86400), str(int(fraud)),
                       str(r.randrange(1, 4) if fraud else 0)]
                kind = r.random()
                if kind < 0.12: row[r.choice([0, 2, 3, 4, 4, 5, 6, 7, 8])] = r.choice(NASTY)
                elif kind < 0.16: row[1] = r.choice(TIMES)
                elif kind < 0.18: row[2] = r.choice(['-9999', '-999999', '-1', ' -9999'])
                elif kind < 0.20: row[4] = r.choice(['0', '0.00', '-1.00', '1e9', '5e-324', '1e300', '220.5'])
                elif kind < 0.22 and rows: row[0] = rows[r.randrange(len(rows))][0]
                elif kind < 0.25 and rows: row = list(rows[r.randrange(len(rows))])
                elif kind < 0.26: row[6] = str(r.randrange(-5, 500))
                elif kind < 0.28: row[r.randrange(9)] = r.choice(NASTY + TIMES)
                rows.append(row)
                if r.random() < 0.01: rows.append(r.choice([row[:8], row + ['x'], row + [''], ['x'], row[:1], ['#', 'y']]))
            return rows

        def write(folder, form, rows, r):
            header = '# tranaction_id | ' + ' | '.join(NAMES[1:])
            if form in ('raw', 'crlf', 'gzip', 'zstd'):
                end = '\r\n' if form == 'crlf' else '\n'
                half = len(rows) // 3
                for name, part in (('2019-08-22.txt', rows[:half]), ('2019-09-21.txt', rows[half:]), ('2019-10-21.txt', [])):
                    lines = [header] + [','.join(f) for f in part]
                    if form != 'raw': lines = [x for line in lines for x in ([line, ''] if r.random() < 0.001 else [line])]
                    data = end.join(lines).encode()
                    if name.startswith('2019-08') or form == 'crlf': data += end.encode()
                    if form == 'gzip': data = gzip.compress(data)
                    if form == 'zstd': data = pa.compress(data, codec='zstd', asbytes=True)
                    open(os.path.join(folder, name), 'wb').write(data)
                return rows
            if form == 'csv':
                order = list(range(9)); r.shuffle(order)
                def line(fields):
                    if len(fields) == 10 and fields[9] == '': return ';'.join([fields[k] for k in order] + [''])
                    if len(fields) != 9: return ';'.join(fields)
                    return ';'.join('"%s"' % fields[k] if r.random() < 0.2 else fields[k] for k in order)
                names = [NAMES[k].upper() if k % 2 else NAMES[k] for k in order]
                # A quote that is not closed spoils its own line alone.
                lines, result = [], []
                for row in rows:
                    lines.append(line(row)); result.append(row)
                    if r.random() < 0.003: lines.append('1;"2;3;4;5;6;7;8;9'); result.append(['x'])
                open(os.path.join(folder, 'a.csv'), 'wb').write(('\ufeff' + ';'.join(names) + '\n' + '\n'.join(lines)).encode())
                return result
            rows = [row for row in rows if len(row) == 9]
            if form == 'parquet-text':
                extra = {'comment': ['x'] * len(rows)}
                columns = {n: [None if row[k] == '' else row[k] for row in rows] for k, n in enumerate(NAMES)}
                data = pa.table({**extra, **columns})
            else:
                # What does not parse is null there.
                def column(k): return [p if (p := PARSE[k](row[k].strip(' \t'))) is not None and not (k == 4 and math.isnan(p)) else None for row in rows]
                columns = [column(k) for k in range(9)]
                types = [pa.int64(), pa.timestamp('us'), pa.int64(), pa.int64(), pa.float64(), pa.int64(), pa.int32(), pa.int64(), pa.int32()]
                data = pa.table([pa.array(c, type=t) for c, t in zip(columns, types)], names=NAMES)
                rows = [['' if c[i] is None else str(EPOCH + datetime.timedelta(microseconds=c[i])) if k == 1 else repr(c[i]) for k, c in enumerate(columns)]
                        for i in range(len(rows))]
            pq.write_table(data, os.path.join(folder, 'a.parquet'), row_group_size=700)
            return rows

        mode, folder = sys.argv[1:3]
        if mode == 'generate':
            form, count, seed, outliers, duplicates, ids, repair = sys.argv[3:10]
            r = random.Random(int(seed))
            rows = write(folder, form, dirty(int(count), r, ids), r)
            kept, counts = clean(rows, outliers, duplicates, repair == '1')
            pq.write_table(table(kept), os.path.join(folder, 'expected.parquet'))
            json.dump(counts, open(os.path.join(folder, 'expected.json'), 'w'))
        else:
            expected, actual = (pq.read_table(p) for p in (os.path.join(folder, 'expected.parquet'), sys.argv[3]))
            if expected.schema.remove_metadata() != actual.schema.remove_metadata(): print('schema', actual.schema)
            elif expected.num_rows != actual.num_rows: print('rows', expected.num_rows, actual.num_rows)
            for name in NAMES:
                a, b = expected[name].to_pylist(), actual[name].to_pylist()
                wrong = [i for i, (x, y) in enumerate(zip(a, b)) if x != y]
                if wrong: print(name, len(wrong), [(i, a[i], b[i]) for i in wrong[:3]])
        """#
}
