import Columnar

/// The columns of one file that matter for the common table.
struct FileColumns: Sendable {
    var schema: Schema
    /// Why other columns cannot be read.
    var unreadable: [String: String] = [:]
    /// Columns without any value, whose type means nothing.
    var null: Set<String> = []
}

/// The columns that all files of a data set have.
struct CommonSchema: Sendable {
    /// In the first file's order, followed by those from folder names.
    let schema: Schema
    /// Why each of the other columns is excluded.
    let unavailable: [String: String]

    /// - Parameters:
    ///   - columns: of each file.
    ///   - common: the type that can hold the values of two types; nil if there is none.
    init(_ files: DataFiles, _ columns: [FileColumns], common: (DataType, DataType) -> DataType?) throws {
        var unavailable: [String: String] = [:]
        var fields: [Field] = []
        var seen: Set<String> = []
        let partitions = files.partitions
        let ofFolders = Set(partitions.fields.map(\.name))
        for file in columns {
            for name in file.schema.names + file.unreadable.keys.sorted()
            where !ofFolders.contains(name) && seen.insert(name).inserted {
                switch Self.field(name, files, columns, common) {
                case .success(let field): fields.append(field)
                case .failure(let difference): unavailable[name] = difference.reason
                }
            }
        }
        for name in partitions.incomplete where seen.insert(name).inserted {
            unavailable[name] = "only some of the folders have it"
        }
        schema = try Schema(fields + partitions.fields)
        self.unavailable = unavailable
    }

    private struct Difference: Error { var reason: String }

    private static func field(
        _ name: String, _ files: DataFiles, _ columns: [FileColumns], _ common: (DataType, DataType) -> DataType?
    ) -> Result<Field, Difference> {
        func nameOf(_ index: Int) -> String { files.input(files.files[index]).name }
        var field: Field?
        var origin = 0
        for (index, file) in columns.enumerated() {
            if let reason = file.unreadable[name] { return .failure(Difference(reason: "\(nameOf(index)): \(reason)")) }
            guard let own = file.schema.field(named: name) else {
                return .failure(Difference(reason: "it is missing in \(nameOf(index))"))
            }
            guard let earlier = field else {
                (field, origin) = (own, index)
                continue
            }
            field?.isNullable = earlier.isNullable || own.isNullable
            if own.type == earlier.type || file.null.contains(name) { continue }
            if columns[origin].null.contains(name) {
                field?.type = own.type
                origin = index
            } else if let type = common(earlier.type, own.type) {
                field?.type = type
            } else {
                return .failure(
                    Difference(
                        reason: "it is \(own.type) in \(nameOf(index)), but \(earlier.type) in \(nameOf(origin))"))
            }
        }
        return field.map { .success($0) } ?? .failure(Difference(reason: "no file has it"))
    }
}
