import Columnar
import JSONText

/// Parses blocks of JSON lines into batches of typed columns.
struct JSONLinesBlockParser: Sendable {
    /// The rows of a block, or its first error; lines count from 0 at the block's first.
    struct Outcome: Sendable {
        let result: Result<RecordBatch, JSONLinesError>
        let lineCount: Int
    }

    let file: String
    let schema: Schema
    let maximumRecordBytes: Int
    /// Names such as `a` and `a.b` for a column `a.b.c`: values of members that have columns below them.
    private let prefixes: Set<String>

    init(file: String, schema: Schema, maximumRecordBytes: Int) {
        self.file = file
        self.schema = schema
        self.maximumRecordBytes = maximumRecordBytes
        var prefixes: Set<String> = []
        for name in schema.names {
            for dot in name.unicodeScalars.indices where name.unicodeScalars[dot] == "." {
                prefixes.insert(String(name[..<dot]))
            }
        }
        self.prefixes = prefixes
    }

    func parse(_ block: JSONLinesBlock) -> Outcome {
        var rows = JSONRows(self)
        let scan = block.forEachObject(file: file, maximumBytes: maximumRecordBytes) {
            scanner, line throws(JSONError) in
            guard let (column, value) = try rows.take(&scanner) else { return nil }
            let field = schema.fields[column]
            return .invalidValue(
                file: file, line: line, column: field.name, value: JSONLinesBlock.sample(of: scanner, value),
                expected: field.type)
        }
        if let failure = scan.failure { return Outcome(result: .failure(failure), lineCount: scan.lineCount) }
        do {
            return Outcome(result: .success(try rows.finish()), lineCount: scan.lineCount)
        } catch {
            preconditionFailure("columns are built by the schema: \(error)")
        }
    }

    /// What is read of a member with that path.
    fileprivate func target(_ path: String) -> JSONRows.Target {
        JSONRows.Target(column: schema.index(of: path), hasBelow: prefixes.contains(path))
    }
}

/// The rows of a block.
private struct JSONRows {
    struct Target: Sendable {
        /// Takes the value.
        var column: Int?
        /// Whether there are columns for members of the value.
        var hasBelow: Bool

        var isWanted: Bool { column != nil || hasBelow }
    }

    /// A value that its column cannot hold.
    typealias Unfit = (column: Int, value: Range<Int>)

    /// How many members without a column are remembered; more can only be ids used as names.
    private static let maximumUnwanted = 1_000

    private let parser: JSONLinesBlockParser
    private var tree = MemberTree(root: Target(column: nil, hasBelow: true))
    private var unwantedCount = 0
    private var builders: [JSONColumnBuilder]
    private var rowCount = 0
    /// Of the row that is read.
    private var unfit: [Unfit] = []

    init(_ parser: JSONLinesBlockParser) {
        self.parser = parser
        builders = parser.schema.fields.map { JSONColumnBuilder($0.type) }
    }

    mutating func finish() throws(ColumnarError) -> RecordBatch {
        var columns: [Column] = []
        for index in builders.indices { columns.append(try builders[index].finish(rowCount: rowCount)) }
        return try RecordBatch(schema: parser.schema, columns: columns)
    }

    /// Reads an object that begins here.
    /// - Returns: a value that does not fit, if there is one.
    mutating func take(_ scanner: inout JSONScanner) throws(JSONError) -> Unfit? {
        unfit.removeAll(keepingCapacity: true)
        try takeMembers(&scanner, of: MemberTree<Target>.root)
        rowCount += 1
        return unfit.first
    }

    private mutating func takeMembers(_ scanner: inout JSONScanner, of parent: Int) throws(JSONError) {
        try scanner.enter(tree[parent].depth)
        tree.begin(parent)
        if scanner.isEmpty(closing: UInt8(ascii: "}")) { return }
        repeat {
            let name = try scanner.name()
            let known = tree.child(of: parent, named: name, in: scanner)
            guard let node = known ?? insert(scanner.characters(name), below: parent), tree[node].payload.isWanted
            else {
                try scanner.skipValue(depth: tree[parent].depth + 1)
                continue
            }
            if tree[node].row == rowCount { forget(node) }
            tree[node].row = rowCount
            try takeValue(&scanner, of: node)
        } while try !scanner.ends(with: UInt8(ascii: "}"))
    }

    /// nil for a member without a column that is not worth remembering.
    private mutating func insert(_ name: String, below parent: Int) -> Int? {
        let target = parser.target(tree.path(of: name, below: parent))
        if !target.isWanted {
            guard unwantedCount < Self.maximumUnwanted else { return nil }
            unwantedCount += 1
        }
        return tree.insert(name, below: parent, target)
    }

    /// Of a name that is given twice in an object, only the last value counts.
    private mutating func forget(_ node: Int) {
        if let column = tree[node].payload.column {
            builders[column].forget(rowCount)
            unfit.removeAll { $0.column == column }
        }
        for child in tree[node].children where tree[child].row == rowCount { forget(child) }
    }

    private mutating func takeValue(_ scanner: inout JSONScanner, of node: Int) throws(JSONError) {
        let target = tree[node].payload, first = try scanner.peekValue(), start = scanner.position
        let fits: Bool
        if first == UInt8(ascii: "{"), target.hasBelow {
            try takeMembers(&scanner, of: node)
            guard let column = target.column else { return }
            fits = builders[column].takeText(scanner, start..<scanner.position, row: rowCount)
        } else if let column = target.column {
            fits = try builders[column].take(&scanner, first: first, depth: tree[node].depth, row: rowCount)
        } else {
            return try scanner.skipValue(depth: tree[node].depth)
        }
        if !fits, let column = target.column { unfit.append((column, start..<scanner.position)) }
    }
}
