/// A leaf of a file's schema, at any depth.
struct ParquetLeaf: Sendable {
    /// The names from the root to it.
    let path: [String]
    /// Its position among the leaves, which is that of its chunk in each row group.
    let index: Int
    let physicalType: ParquetFormat.PhysicalType?
    /// The level at which there is a value: how many of the path's elements are not required.
    let maximumDefinition: Int
    /// How many of the path's elements are repeated.
    let maximumRepetition: Int

    /// The leaves of a schema that ``ParquetColumns`` has checked.
    static func all(_ elements: [ParquetFormat.SchemaElement]) -> [ParquetLeaf] {
        var leaves: [ParquetLeaf] = []
        /// A group, and how many of its children are to come.
        var groups: [(path: [String], definition: Int, repetition: Int, children: Int)] = []
        for (position, element) in elements.enumerated() {
            let children = Int(element.childCount ?? 0)
            guard position > 0 else {
                groups.append(([], 0, 0, children))
                continue
            }
            while let last = groups.last, last.children <= 0 { groups.removeLast() }
            guard let parent = groups.last else { break }
            groups[groups.count - 1].children -= 1
            let repetition = element.repetition.flatMap(ParquetFormat.Repetition.init(rawValue:))
            let path = parent.path + [element.name]
            let definition = parent.definition + (repetition == .required ? 0 : 1)
            let repetitions = parent.repetition + (repetition == .repeated ? 1 : 0)
            if children > 0 {
                groups.append((path, definition, repetitions, children))
            } else if let type = element.type {
                leaves.append(
                    ParquetLeaf(
                        path: path, index: leaves.count, physicalType: ParquetFormat.PhysicalType(rawValue: type),
                        maximumDefinition: definition, maximumRepetition: repetitions))
            }
        }
        return leaves
    }
}
