import DataPrep
import Features
import Foundation
import TestSupport

/// Dirty tables and their cleaning by an independent program, which reads the schema's JSON.
enum TableCleaningOracle {
    /// Makes `in.csv` and `expected.parquet` in a folder.
    /// - Parameters:
    ///   - text: A clean table.
    ///   - form: `csv`, `jsonl` or `parquet`, which stores categories as dictionaries and amounts as decimals.
    /// - Returns: Rows and frauds of each rule.
    static func generate(
        in folder: TemporaryFolder, _ text: String, _ schema: TransactionSchema, form: String = "csv", seed: Int = 1
    ) throws -> [String: [Int]] {
        try Data(text.utf8).write(to: folder.url.appending(path: "clean.csv"))
        try Data(schema.json).write(to: folder.url.appending(path: "schema.json"))
        let output = try Oracle.run(program, ["generate", folder.path(""), form, "\(seed)"])
        return try JSONDecoder().decode([String: [Int]].self, from: Data(output.utf8))
    }

    /// How a Parquet file differs from what is expected; empty when it does not.
    static func differences(in folder: TemporaryFolder, _ output: String) throws -> String {
        try Oracle.run(program, ["compare", folder.path(""), output])
    }

    private static let program = #"""
        import sys, csv, json, math, random, re, datetime as dt, decimal
        import numpy as np, pyarrow as pa, pyarrow.parquet as pq

        command, root = sys.argv[1], sys.argv[2]
        if command == 'compare':
            expected, found = pq.read_table(root + 'expected.parquet'), pq.read_table(root + sys.argv[3])
            if expected.schema.names != found.schema.names: sys.exit(print(found.schema.names, 'expected', expected.schema.names))
            for name in expected.schema.names:
                a, b = expected[name], found[name]
                if a.type != b.type: print(name, 'is', b.type, 'expected', a.type)
                elif a.to_pylist() != b.to_pylist():
                    rows = [(x, y) for x, y in zip(a.to_pylist(), b.to_pylist()) if x != y]
                    print(name, len(a), len(b), rows[:3])
            sys.exit(0)

        form, random = sys.argv[3], random.Random(int(sys.argv[4]))
        schema = json.load(open(root + 'schema.json'))
        text = open(root + 'clean.csv', newline='').read()
        delimiter = ';' if text.split('\n')[0].count(';') > 2 else ','
        header, *rows = list(csv.reader(text.splitlines(), delimiter=delimiter))
        columns = [next(c for c in schema['columns'] if c['name'] == (name or 'column%d' % i)) for i, name in enumerate(header)]
        index = {c['name']: i for i, c in enumerate(columns)}
        role = lambda name: next((c for c in schema['columns'] if c.get('role') == name), None)

        # Dirt.
        dirty = []
        for row in rows:
            row = list(row)
            kind = random.randrange(40)
            at = random.randrange(len(row))
            if kind == 0: row[at] = ''
            elif kind == 1: row[at] = random.choice(['x', ' ', '5.0', '1e3', '-7', 'nan', '"', 'ä, ö', 'a"b', '0', '99999999999999999999'])
            elif kind == 2 and form == 'csv': row.append('more')
            elif kind == 3 and form == 'csv': row.pop()
            elif kind == 4: row[index[role('amount')['name']]] = random.choice(['0', '-5', '987654321', 'inf'])
            elif kind == 5 and dirty: dirty.append(list(random.choice(dirty[-20:])))
            dirty.append(row)

        def number(text, c):
            decimal_, thousands = c.get('decimal_separator', '.'), c.get('thousands_separator')
            if thousands and thousands in text:
                whole = re.match(r'[+-]?\d{1,3}(%s\d{3})+(?![\d%s])' % ((re.escape(thousands),) * 2), text)
                if not whole or thousands in text[whole.end():]: return None
                text = text.replace(thousands, '')
            if decimal_ != '.':
                if '.' in text: return None
                text = text.replace(decimal_, '.', 1)
            return text

        JAVA = {'dd.MM.yyyy HH:mm': '%d.%m.%Y %H:%M', 'yyyy-MM-dd': '%Y-%m-%d'}
        UNIT = {'seconds': 10 ** 6, 'hours': 3600 * 10 ** 6, 'days': 86400 * 10 ** 6, 'minutes': 60 * 10 ** 6, 'milliseconds': 1000}
        MISSING, INVALID = object(), object()

        def value(text, c):
            kind = c.get('type', 'text')
            stripped = text.strip(' \t')
            markers = [m.strip().lower() for m in schema.get('missing_markers', []) + c.get('missing_markers', [])]
            if stripped == '' or stripped.lower() in markers: return MISSING
            if kind in ('integer', 'float'):
                plain = number(stripped, c)
                if plain is None: return INVALID
                if kind == 'integer':
                    if re.fullmatch(r'[+-]?\d+', plain): result = int(plain)
                    elif re.fullmatch(r'[+-]?\d+\.0+', plain) and abs(float(plain)) < 2 ** 53: result = int(plain.split('.')[0])
                    elif plain.lower() == 'nan': return MISSING
                    else: return INVALID
                    bits = c.get('bits', 64)
                    if not -2 ** (bits - 1) <= result < 2 ** (bits - 1): return INVALID
                else:
                    if not re.fullmatch(r'[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]?(inf|infinity|nan)', plain, re.I): return INVALID
                    result = float(plain)
                    if math.isnan(result): return MISSING
                if c.get('minimum', -math.inf) > result or c.get('maximum', math.inf) < result: return INVALID
                if c.get('role') == 'label':
                    if result not in [float(t) for t in c.get('fraud', ['1']) + c.get('genuine', ['0'])]: return INVALID
                return result
            if kind in ('text', 'category'):
                if c.get('role') == 'label' and stripped.lower() not in [t.lower() for t in c.get('fraud', ['1']) + c.get('genuine', ['0'])]:
                    return INVALID
                return text
            if kind == 'boolean':
                if stripped.lower() in [t.lower() for t in c.get('true_values', ['true', 't', 'yes', 'y', '1'])]: return True
                if stripped.lower() in [t.lower() for t in c.get('false_values', ['false', 'f', 'no', 'n', '0'])]: return False
                return INVALID
            if kind == 'timestamp':
                form = c.get('format', 'iso8601')
                if form.startswith('unix'):
                    if not re.fullmatch(r'-?\d+(\.\d+)?', stripped): return INVALID
                    ticks = int(decimal.Decimal(stripped) * {'unix_seconds': 10 ** 6, 'unix_milliseconds': 1000, 'unix_microseconds': 1}[form])
                    return ticks if abs(ticks) < 2 ** 63 else INVALID
                try:
                    time = dt.datetime.fromisoformat(stripped) if form == 'iso8601' else dt.datetime.strptime(stripped, JAVA[form])
                    if form == 'iso8601' and len(stripped) < 19: return INVALID
                except ValueError: return INVALID
                return (time - dt.datetime(1970, 1, 1)) // dt.timedelta(microseconds=1)
            if kind == 'relative_time':
                if stripped.lower() == 'nan': return MISSING
                try: units = int(stripped) if re.fullmatch(r'[+-]?\d+', stripped) else float(stripped)
                except ValueError: return INVALID
                origin = (dt.datetime.fromisoformat(c['origin']) - dt.datetime(1970, 1, 1)) // dt.timedelta(microseconds=1)
                if units in (math.inf, -math.inf): return INVALID
                ticks = (units * UNIT[c['unit']] if isinstance(units, int) else round(units * UNIT[c['unit']])) + origin
                return ticks if abs(ticks) < 2 ** 63 else INVALID
            raise ValueError(kind)

        def is_fraud(v, c):
            fraud = c.get('fraud', c.get('true_values', ['1']) if c.get('type') == 'boolean' else ['1'])
            if v is MISSING or v is INVALID: return False
            if isinstance(v, bool): return v
            return v in [float(t) for t in fraud] if isinstance(v, (int, float)) else v.strip().lower() in [t.lower() for t in fraud]

        ROLES = ['id', 'time', 'amount', 'key']
        names = ['malformed', 'missing', 'invalid', 'nonPositiveAmount', 'duplicate', 'amountOutlier']
        counts = {name: [0, 0] for name in names}
        label = role('label')
        waiting, seen = [], set()
        for row in dirty:
            if len(row) != len(header) and not (len(row) == len(header) + 1 and row[-1] == ''):
                counts['malformed'][0] += 1
                continue
            values = [value(t, c) for t, c in zip(row, columns)]
            amount = values[index[role('amount')['name']]]
            id_ = values[index[role('id')['name']]] if role('id') else None
            rule = None
            if any(v is MISSING and c.get('role') in ROLES for v, c in zip(values, columns)): rule = 'missing'
            elif any(v is INVALID for v in values): rule = 'invalid'
            elif not (amount > 0 and math.isfinite(amount)): rule = 'nonPositiveAmount'
            elif id_ is not None and id_ in seen: rule = 'duplicate'
            if rule:
                counts[rule][0] += 1
                counts[rule][1] += is_fraud(values[index[label['name']]], label)
                continue
            if id_ is not None: seen.add(id_)
            waiting.append(values)
        logs = np.log([v[index[role('amount')['name']]] for v in waiting])
        low, high = np.quantile(logs, [.25, .75])
        kept = []
        for values, log in zip(waiting, logs):
            if log > high + 3 * (high - low):
                counts['amountOutlier'][0] += 1
                counts['amountOutlier'][1] += is_fraud(values[index[label['name']]], label)
            else: kept.append(values)

        def arrow(c):
            kind = c.get('type', 'text')
            return {'integer': pa.int32() if c.get('bits') == 32 else pa.int64(), 'float': pa.float64(), 'boolean': pa.bool_(),
                    'timestamp': pa.timestamp('us', 'UTC' if c.get('time_zone') or c.get('format', '').startswith('unix') else None),
                    'relative_time': pa.timestamp('us')}.get(kind, pa.string())

        ordered = [(c, index[c['name']]) for c in schema['columns']]
        pq.write_table(pa.table({
            c['name']: pa.array([None if v[i] is MISSING else v[i] for v in kept], pa.int64() if pa.types.is_timestamp(arrow(c)) else arrow(c)).cast(arrow(c))
            for c, i in ordered}), root + 'expected.parquet')

        if form == 'csv':
            with open(root + 'in.csv', 'w', newline='') as out: csv.writer(out, delimiter=delimiter, lineterminator='\n').writerows([header] + dirty)
        elif form == 'jsonl':
            with open(root + 'in.csv', 'w') as out:
                for row in dirty:
                    members = {c['name']: t if random.random() < .5 else json.loads(t) if re.fullmatch(r'-?(0|[1-9]\d{0,14})(\.\d+)?', t) else t
                               for t, c in zip(row, columns) if t != '' or random.random() < .5}
                    # A text's digits stay those of the text.
                    members = {n: t if str(v) != t else v for (n, v), t in zip(members.items(), [dict(zip([c['name'] for c in columns], row))[n] for n in members])}
                    out.write(json.dumps(members, ensure_ascii=random.random() < .5) + '\n')
        else:
            table = {}
            for i, c in enumerate(columns):
                texts = [None if row[i] == '' else row[i] for row in dirty]
                array = pa.array(texts)
                if c.get('type') == 'category': array = array.dictionary_encode()
                table[c['name']] = array
            pq.write_table(pa.table(table), root + 'in.csv', row_group_size=97)
        print(json.dumps(counts))
        """#
}
