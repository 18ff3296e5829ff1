import Columnar
import JSONText
import Parallelism

/// Finds the columns of JSON lines, and the narrowest type that holds all values of each.
struct JSONLinesInference: Sendable {
    /// What the values of a member are.
    struct Values: Sendable {
        /// Of those that are neither objects nor null; arrays are text.
        var kind = InferredKind.none
        var hasObject = false
        var hasNull = false

        mutating func join(_ other: Values) {
            kind = kind.joined(other.kind)
            hasObject = hasObject || other.hasObject
            hasNull = hasNull || other.hasNull
        }
    }

    private struct Member: Sendable {
        var values = Values()
        /// Those of the rows before the one being read: where a name is given twice, only the last value counts.
        var before = Values()
    }

    /// How many members, nested ones included, are told apart.
    static let maximumMembers = 10_000
    /// How many objects around a value become part of a column's name.
    static let maximumDepth = 8

    private var tree = MemberTree(root: Member())
    private(set) var rowCount = 0
    private var hasTooMany = false

    /// The columns in the order of first appearance, those of an object together.
    var fields: [Field] {
        // A name with a dot may also be the path of a nested member: they are one column.
        var values: [String: Values] = [:]
        for node in 1..<tree.count { values[tree[node].path, default: Values()].join(tree[node].payload.values) }
        var fields: [Field] = []
        collect(below: MemberTree<Member>.root, &values, &fields)
        return fields
    }

    /// Moves columns from the values to the fields.
    private func collect(below node: Int, _ values: inout [String: Values], _ fields: inout [Field]) {
        for child in tree[node].children {
            let path = tree[child].path
            guard let found = values[path] else { continue }
            if found.hasObject, found.kind == .none {
                collect(below: child, &values, &fields)
            } else if found.kind != .none || found.hasNull {
                fields.append(Field(path, (found.hasObject ? .string : found.kind).type))
                values[path] = nil
            }
        }
    }

    /// Adds what other rows have.
    /// - Throws: ``JSONLinesError/tooManyColumns(file:limit:)``.
    mutating func merge(_ other: JSONLinesInference, file: String) throws(JSONLinesError) {
        rowCount += other.rowCount
        merge(other.tree, MemberTree<Member>.root, into: MemberTree<Member>.root)
        try check(file: file)
    }

    private mutating func merge(_ other: MemberTree<Member>, _ node: Int, into own: Int) {
        for child in other[node].children {
            let name = String(decoding: other[child].name, as: UTF8.self)
            guard let target = tree.child(of: own, named: name) ?? insert(name, below: own) else { return }
            tree[target].payload.values.join(other[child].payload.values)
            merge(other, child, into: target)
        }
    }

    /// nil if there are too many.
    private mutating func insert(_ name: String, below parent: Int) -> Int? {
        guard tree.count <= Self.maximumMembers else {
            hasTooMany = true
            return nil
        }
        return tree.insert(name, below: parent, Member())
    }

    private func check(file: String) throws(JSONLinesError) {
        if hasTooMany { throw .tooManyColumns(file: file, limit: Self.maximumMembers) }
    }

    /// Adds the members of an object that begins here.
    mutating func takeRow(_ scanner: inout JSONScanner) throws(JSONError) {
        try takeMembers(&scanner, of: MemberTree<Member>.root)
        rowCount += 1
    }

    private mutating func takeMembers(_ scanner: inout JSONScanner, of parent: Int) throws(JSONError) {
        try scanner.enter(tree[parent].depth)
        tree.begin(parent)
        if scanner.isEmpty(closing: UInt8(ascii: "}")) { return }
        repeat {
            let name = try scanner.name()
            let known = tree.child(of: parent, named: name, in: scanner)
            guard let node = known ?? insert(scanner.characters(name), below: parent) else {
                try scanner.skipValue(depth: tree[parent].depth + 1)
                continue
            }
            if tree[node].row == rowCount {
                forget(node)
            } else {
                tree[node].row = rowCount
                tree[node].payload.before = tree[node].payload.values
            }
            try takeValue(&scanner, of: node)
        } while try !scanner.ends(with: UInt8(ascii: "}"))
    }

    /// Undoes what this row has added to a member and those below it.
    private mutating func forget(_ node: Int) {
        tree[node].payload.values = tree[node].payload.before
        for child in tree[node].children where tree[child].row == rowCount { forget(child) }
    }

    private mutating func takeValue(_ scanner: inout JSONScanner, of node: Int) throws(JSONError) {
        let kind: InferredKind
        switch try scanner.peekValue() {
        case UInt8(ascii: "{") where tree[node].depth < Self.maximumDepth:
            tree[node].payload.values.hasObject = true
            return try takeMembers(&scanner, of: node)
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            try scanner.skipValue(depth: tree[node].depth)
            kind = .string
        case UInt8(ascii: "\""):
            let string = try scanner.string()
            if tree[node].payload.values.kind == .string { return }
            kind = scanner.withPadded(string) { Self.kind(ofText: $0, $1) }
        case UInt8(ascii: "t"):
            try scanner.skip("true")
            kind = .boolean
        case UInt8(ascii: "f"):
            try scanner.skip("false")
            kind = .boolean
        case UInt8(ascii: "n"):
            try scanner.skip("null")
            tree[node].payload.values.hasNull = true
            return
        default:
            kind = Self.kind(of: try scanner.number(), in: scanner)
        }
        tree[node].payload.values.kind = tree[node].payload.values.kind.joined(kind)
    }

    private static func kind(ofText begin: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> InferredKind {
        if TextValue.date(begin, end) != nil { return .date }
        return TextValue.microseconds(begin, end) != nil ? .timestamp : .string
    }

    /// Numbers beyond the range of a `float64` are text.
    private static func kind(of number: JSONNumber, in scanner: JSONScanner) -> InferredKind {
        if number.isInteger, (try? number.int64()) != nil { return .int64 }
        // Below, the 19 digits of the mantissa cannot reach the limit of 1.8e308.
        return number.exponent < 280 || (try? number.double(in: scanner.text)) != nil ? .float64 : .string
    }
}

extension JSONLinesInference {
    /// The inference with all rows of an input, block by block on several threads.
    /// - Throws: ``JSONLinesError`` for a line that is no object, and what reading throws.
    static func inferring(
        _ input: any RandomAccessInput, options: JSONLinesReadOptions
    ) async throws -> JSONLinesInference {
        let blocks = JSONLinesBlocks(input, options: options)
        let file = input.name, limit = options.boundedRecordBytes
        let taken = OrderedReadAhead(width: options.threads + 1) {
            try await blocks.next()
        } work: { block in
            try await onDedicatedThread(named: "json-lines") { _ in
                var part = JSONLinesInference()
                let scan = block.forEachObject(file: file, maximumBytes: limit) { scanner, _ throws(JSONError) in
                    try part.takeRow(&scanner)
                    return nil
                }
                return (part, scan)
            }
        }
        var whole = JSONLinesInference()
        var line = 1
        while let (part, scan) = try await taken.next() {
            do throws(JSONLinesError) {
                if let failure = scan.failure { throw failure.movedDown(by: line) }
                try part.check(file: file)
                try whole.merge(part, file: file)
            } catch {
                await taken.cancel()
                throw error
            }
            line += scan.lineCount
        }
        return whole
    }
}
