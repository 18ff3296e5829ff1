import Columnar
import Foundation
import StorageIO
import TestSupport
import Testing

/// Random documents as pyarrow and pandas read them.
@Suite(.needs(.python)) struct JSONLinesOracleTests {
    private static let documents = """
        import sys, json, random, datetime
        rng = random.Random(int(sys.argv[2]))
        root = sys.argv[1]
        words = ['', 'x', 'zażółć', '日本', 'a"b\\\\c/', 'tab\\tline\\n', '😀😀', '\\u0001', 'true', '17']
        def number():
            return rng.choice([rng.uniform(-1, 1), rng.uniform(-1, 1) * 10 ** rng.randint(-300, 300), 0.1, -0.0, 5e-324])
        def time():
            return str(datetime.datetime(2019, 8, 22) + datetime.timedelta(seconds=rng.randint(0, 10 ** 9)))
        makers = {
            'int': lambda: rng.choice([0, -1, 2 ** 53 + 1, -2 ** 63, 2 ** 63 - 1, rng.randint(-1000, 1000)]),
            'float': number, 'flag': lambda: rng.random() < 0.5, 'text': lambda: rng.choice(words), 'time': time,
            'żółć': lambda: rng.randint(0, 9), 'list': lambda: [rng.randint(0, 9) for _ in range(rng.randint(0, 3))],
        }
        def members(names, depth):
            document = {n: None if rng.random() < 0.1 else makers[n]() for n in names if rng.random() < 0.8}
            if depth < 3 and rng.random() < 0.6: document['in'] = members(names, depth + 1)
            items = list(document.items())
            rng.shuffle(items)
            return dict(items)
        def write(documents):
            with open(root + 'd.jsonl', 'w', encoding='utf-8') as f:
                for d in documents:
                    f.write(json.dumps(d, ensure_ascii=rng.random() < 0.5) + rng.choice(['\\n', '\\r\\n']))
        """

    /// One row has every member, so that pyarrow knows the type of each.
    @Test(arguments: 1...6) func pyarrowReadsTheSame(seed: Int) async throws {
        let folder = try TemporaryFolder()
        try Oracle.run(
            Self.documents + """

                import pyarrow as pa, pyarrow.json, pyarrow.parquet as pq
                def whole(depth):
                    document = {n: maker() for n, maker in makers.items()}
                    if depth < 3: document['in'] = whole(depth + 1)
                    return document
                documents = [members(list(makers), 0) for _ in range(400)]
                documents.insert(rng.randrange(400), whole(0))
                write(documents)
                table = pa.json.read_json(root + 'd.jsonl', pa.json.ReadOptions(block_size=1 << 24))
                while any(pa.types.is_struct(f.type) for f in table.schema): table = table.flatten()
                columns = {}
                for name, column in zip(table.column_names, table.columns):
                    if pa.types.is_list(column.type):
                        column = pa.array([None if v is None else json.dumps(v) for v in column.to_pylist()], pa.string())
                    elif pa.types.is_timestamp(column.type): column = column.cast(pa.timestamp('us'))
                    columns[name] = column
                pq.write_table(pa.table(columns), root + 'expected.parquet')
                """, [folder.path(""), "\(seed)"])
        let expected = try await DataSet.open(folder.path("expected.parquet")).readAll()
        let options = JSONLinesReadOptions(blockBytes: [100, 5_000, 1 << 20][seed % 3])
        let own = try await DataSet.open(folder.path("d.jsonl"), options: DataSetReadOptions(jsonLines: options))
        let table = try await own.readAll()
        #expect(own.files.format == .jsonLines && own.rowCount == 401)
        #expect(Set(table.schema.names) == Set(expected.schema.names))
        for name in expected.schema.names {
            #expect(try table.column(name) == expected.column(name), "\(name)")
        }
    }

    /// Members of several types, which pandas keeps as objects.
    @Test(arguments: 7...10) func pandasReadsTheSame(seed: Int) async throws {
        let folder = try TemporaryFolder()
        let expected = try Oracle.json(
            [String: [String?]].self,
            Self.documents + """

                import pandas as pd
                mixed = dict(makers)
                del mixed['float'], mixed['int']
                makers = mixed
                makers['any'] = lambda: rng.choice(list(mixed.values())[:-1])()
                documents = [members(list(makers), 0) for _ in range(300)]
                write(documents)
                with open(root + 'd.jsonl', encoding='utf-8') as f:
                    frame = pd.json_normalize([json.loads(line) for line in f], max_level=None)
                def text(v):
                    if isinstance(v, float) or v is None: return None
                    return v if isinstance(v, str) else json.dumps(v)
                frame = frame.astype(object)
                # An object without members is a column of its own.
                names = [n for n in frame.columns if n != 'in' and not n.endswith('.in')]
                def whole(v): return int(v) if isinstance(v, float) and v == v else v
                print(json.dumps({n: [text(whole(v)) for v in frame[n]] for n in names}))
                """, [folder.path(""), "\(seed)"])
        let types = try await DataSet.open(folder.path("d.jsonl")).schema
        let schema = try Schema(types.names.map { Field($0, .string) })
        let texts = DataSetReadOptions(jsonLines: JSONLinesReadOptions(schema: schema, blockBytes: 1_000))
        let table = try await DataSet.open(folder.path("d.jsonl"), options: texts).readAll()
        #expect(Set(table.schema.names) == Set(expected.keys))
        for (name, values) in expected {
            #expect(try JSONLinesReaderTests.texts(table, name) == values, "\(name)")
        }
        #expect(types.field(named: "any")?.type == .string && types.field(named: "flag")?.type == .boolean)
    }

    @Test(arguments: ["gzip", "zstd"]) func compressedFilesAreReadAndTruncatedOnesRefused(codec: String) async throws {
        let text = (0..<50_000).map { "{\"id\":\($0),\"amount\":\(Double($0 % 977) / 100),\"name\":\"n\($0 * $0)\"}\n" }
            .joined()
        let folder = try TemporaryFolder()
        try Data(text.utf8).write(to: folder.url.appending(path: "rows"))
        try Oracle.run(
            """
            import sys, pyarrow as pa
            data = open(sys.argv[1] + 'rows', 'rb').read()
            with pa.CompressedOutputStream(sys.argv[1] + 'packed', sys.argv[2]) as stream: stream.write(data)
            """, [folder.path(""), codec])
        let bytes = Array(try Data(contentsOf: folder.url.appending(path: "packed")))
        let plain = try await JSONLinesReaderTests.read(text)
        #expect(plain.rowCount == 50_000)
        #expect(try await JSONLinesReaderTests.read(bytes, JSONLinesReadOptions(blockBytes: 100_000)) == plain)
        // The name does not tell what is compressed, the content does.
        let found = try await DataSet.open(folder.path("packed"))
        #expect(found.files.format == .jsonLines)
        #expect(try await found.readAll() == plain)
        for count in [bytes.count - 1, bytes.count / 2] {
            await #expect(throws: JSONLinesError.compression(file: "t.jsonl", error: .truncated(codec: codec))) {
                try await JSONLinesReaderTests.read(Array(bytes[..<count]))
            }
        }
    }
}
