package import Columnar

/// A column's value in all rows of a file, from the name of the file's folder: `day=7/part-0.parquet`.
struct PartitionValue: Sendable, Hashable {
    var name: String
    /// nil for null.
    var value: String?

    /// The folder name that Hive, Spark and others use for null.
    private static let null = "__HIVE_DEFAULT_PARTITION__"

    /// The values in the names of a file's folders, the outermost first.
    /// - Parameter base: The requested folder, with its closing `/`. Above it, and if it is empty, only an unbroken
    ///   sequence of such folders directly above the file counts.
    static func values(ofKey key: ObjectKey, below base: String) -> [PartitionValue] {
        let slash = UInt8(ascii: "/")
        let folders = key.folder.utf8.split(separator: slash)
        let isBelow = !base.isEmpty && key.path.utf8.starts(with: base.utf8)
        let depth = isBelow ? base.utf8.split(separator: slash).count : folders.count
        var values: [PartitionValue] = []
        for (index, folder) in folders.enumerated().reversed() {
            if let value = PartitionValue(folder: folder) {
                // Of two folders of one name, the inner one counts.
                if !values.contains(where: { $0.name == value.name }) { values.append(value) }
            } else if index < depth {
                break
            }
        }
        return values.reversed()
    }

    init(name: String, value: String?) {
        self.name = name
        self.value = value
    }

    private init?(folder: Substring.UTF8View.SubSequence) {
        guard let sign = folder.firstIndex(of: UInt8(ascii: "=")), sign > folder.startIndex else { return nil }
        func decoded(_ part: Substring.UTF8View.SubSequence) -> String {
            let text = String(decoding: part, as: UTF8.self)
            return PercentEncoding.decode(text, plusIsSpace: false) ?? text
        }
        name = decoded(folder[..<sign])
        let text = decoded(folder[folder.index(after: sign)...])
        value = text == Self.null ? nil : text
    }

    /// Whether a folder's name has a value.
    static func isPartition(_ folder: Substring.UTF8View.SubSequence) -> Bool { PartitionValue(folder: folder) != nil }
}

/// The columns that the files of a data set get from folder names. If all files also have a column of that name, the
/// folder's value wins, as with Spark, DuckDB and Arrow.
package struct PartitionColumns: Sendable {
    /// Integers of 32 or 64 bits if all values are such, else text.
    package let fields: [Field]
    /// Columns that only some folders have.
    let incomplete: Set<String>
    private let values: [[String: String?]]

    /// - Parameter values: of each file.
    init(_ values: [[PartitionValue]]) {
        self.values = values.map { Dictionary($0.map { ($0.name, $0.value) }) { first, _ in first } }
        var fields: [Field] = []
        var incomplete: Set<String> = []
        var seen: Set<String> = []
        for name in values.lazy.flatMap({ $0.map(\.name) }) where seen.insert(name).inserted {
            let all = self.values.map { $0[name] }
            if all.contains(where: { $0 == nil }) {
                incomplete.insert(name)
            } else {
                let stated = all.compactMap { $0 ?? nil }
                fields.append(Field(name, Self.type(of: stated), isNullable: stated.count < all.count))
            }
        }
        self.fields = fields
        self.incomplete = incomplete
    }

    /// The same columns of some of the files.
    func selecting(_ files: [Int]) -> PartitionColumns {
        PartitionColumns(fields: fields, incomplete: incomplete, values: files.map { values[$0] })
    }

    private init(fields: [Field], incomplete: Set<String>, values: [[String: String?]]) {
        self.fields = fields
        self.incomplete = incomplete
        self.values = values
    }

    /// The column of a file's rows.
    package func column(_ field: Field, file: Int, count: Int) -> Column {
        guard let value = values[file][field.name] ?? nil else { return .nulls(field.type, count: count) }
        switch field.type {
        case .int32: return .int32([Int32](repeating: Int32(value) ?? 0, count: count))
        case .int64: return .int64([Int64](repeating: Int64(value) ?? 0, count: count))
        default: return .string([String](repeating: value, count: count))
        }
    }

    private static func type(of values: [String]) -> DataType {
        // `Int64` would also accept a plus sign.
        guard !values.isEmpty, values.allSatisfy({ $0.utf8.first != UInt8(ascii: "+") && Int64($0) != nil }) else {
            return .string
        }
        return values.allSatisfy { Int32($0) != nil } ? .int32 : .int64
    }
}
