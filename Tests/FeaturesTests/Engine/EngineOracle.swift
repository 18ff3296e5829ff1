import Foundation
import TestSupport

/// Features by the definition, from all transactions before, in integers of any size.
enum EngineOracle {
    /// For each case, for each row in the order in which it is processed, the bits of each feature.
    static func features(_ cases: [EngineCase]) throws -> [[[UInt32]]] {
        let folder = try TemporaryFolder()
        let json = try JSONSerialization.data(withJSONObject: cases.map { $0.json() })
        try json.write(to: URL(filePath: folder.path("cases.json")))
        return try Oracle.json([[[UInt32]]].self, program, [folder.path("cases.json")])
    }

    static let program = """
        import sys, json, math, struct
        from fractions import Fraction
        nan = float("nan")
        ONE = 10000 << 128
        def double(value):
            return struct.unpack("<d", struct.pack("<Q", value["bits"]))[0] if isinstance(value, dict) else float(value)
        def number(row, name):
            value = row.get(name)
            if value is None: return None
            value = double(value)
            return value if math.isfinite(value) else None
        def exact(value):
            units = round(Fraction(value) * 10000)
            if abs(units) <= 10**12 and units / 10000 == value: return units << 128
            return int(Fraction(value) * ONE)
        def bits(value):
            if math.isnan(value): return 0x7FC00000
            return struct.unpack("<I", struct.pack("<f", value))[0]
        def word(row, name):
            value = row.get(name)
            if isinstance(value, dict):
                value = double(value)
                return value + 0.0 if math.isfinite(value) else None
            return value
        def kept(row, filter):
            value = number(row, "number")
            if filter == -1: return True
            if filter == 0: return row.get("category") == "a"
            if filter == 1: return value is not None and value > 0
            return row.get("category") is None or value is not None and value < 1
        def sine(x):
            total = 1.0
            for term in range(24, 0, -2): total = 1 - x * x / (term * (term + 1)) * total
            return x * total
        def arcsine(x):
            if x > 0.5: return math.pi / 2 - 2 * arcsine(math.sqrt((1 - x) / 2))
            total = 0.0
            for term in range(47, 0, -2): total = term * (x * x) * (1 / (term + 2) + total) / (term + 1)
            return x * (1 + total)
        def distance(a, b):
            degree = math.pi / 180
            north = sine((b[0] - a[0]) / 2 * degree)
            east = sine(math.remainder(b[1] - a[1], 360) / 2 * degree)
            cosines = sine((90 - abs(a[0])) * degree) * sine((90 - abs(b[0])) * degree)
            square = north * north + cosines * (east * east)
            return 2 * 6371.0088 * arcsine(min(1, math.sqrt(square)))
        def feature(f, row, past, case):
            t, window, delay, tile = row["time"], f["window"], f.get("delay", 0), f.get("tile", 0)
            keys = [row.get(key) for key in f["keys"]]
            end = t - delay
            if tile:
                end = end // tile * tile - 1
            start = end - window
            found = []
            if None not in keys:
                found = [r for r in past if start < r["time"] <= end and [r.get(key) for key in f["keys"]] == keys and kept(r, f["filter"])]
            function = f["function"]
            if function in ("time_since", "is_first", "distance", "speed"):
                if function == "is_first": return 0 if found else 1
                if not found: return nan
                last = max(r["time"] for r in found)
                seconds = (t - last) / 1e6
                if function == "time_since": return seconds
                points = [(number(r, "latitude"), number(r, "longitude")) for r in found if r["time"] == last]
                points = [p for p in points if None not in p]
                here = (number(row, "latitude"), number(row, "longitude"))
                if not points or None in here: return nan
                kilometres = distance(max(points), here)
                if function == "distance": return kilometres
                return kilometres / (seconds / 3600) if seconds > 0 else nan
            if function in ("fraud_count", "fraud_share"):
                if case["has_known_at"]:
                    found = [r for r in found if r.get("known") is not None and r.get("label") is not None and r["known"] <= t]
                frauds = sum(r.get("label") == 1 for r in found)
                if function == "fraud_count": return frauds
                return frauds / len(found) if found else 0
            if f["current"] and kept(row, f["filter"]): found = found + [row]
            if function == "count": return len(found)
            if function == "distinct": return len({word(r, f["column"]) for r in found} - {None})
            values = [v for v in (number(r, f["column"]) for r in found) if v is not None]
            n = len(values)
            if function == "minimum": return min(values) + 0.0 if values else nan
            if function == "maximum": return max(values) + 0.0 if values else nan
            integers = [exact(v) for v in values]
            total = sum(integers)
            if function == "sum": return total / ONE
            if function == "mean": return total / (ONE * n) if n else nan
            if n < 2: return nan
            return math.sqrt((n * sum(i * i for i in integers) - total * total) / (n * (n - 1) * ONE * ONE))
        result = []
        for case in json.load(open(sys.argv[1])):
            past, rows = [], []
            for row in case["rows"]:
                rows.append([bits(feature(f, row, past, case)) for f in case["features"]])
                if not case["has_amount"] or number(row, "amount") is not None: past.append(row)
            result.append(rows)
        print(json.dumps(result))
        """
}
