import Columnar

/// A top-level column of a file: how its bytes are stored and converted.
struct ParquetColumn: Sendable {
    /// How the stored values are converted to the column's.
    enum Conversion: Sendable, Hashable {
        /// The stored values are the column's.
        case none
        /// Unsigned 32-bit numbers become 64-bit ones.
        case unsigned32
        /// Only the lowest 8 or 16 bits count.
        case narrow(bits: Int, isSigned: Bool)
        /// Unsigned 64-bit numbers that must fit the signed ones.
        case unsigned64
        /// Unsigned 64-bit numbers, some of which do not.
        case wideUnsigned64
        /// Whole decimal numbers that must fit 64 bits.
        case wholeDecimal
        /// Whole numbers, or big-endian ones in bytes, divided by 10 to the power of `scale`.
        case decimal(scale: Int)
        /// Little-endian IEEE 754 half precision in two bytes.
        case float16
        /// Nanoseconds of the day and Julian day, in 12 bytes.
        case int96
    }

    let name: String
    /// The column's position among the leaves, which is that of its chunk in each row group.
    let leaf: Int
    let physicalType: ParquetFormat.PhysicalType
    /// Bytes of a fixed-length value.
    let byteWidth: Int
    let isOptional: Bool
    private(set) var type: DataType
    private(set) var conversion: Conversion
    /// The file says that no row has a value, and does not say the type of values.
    let isNullTyped: Bool

    /// - Throws: a fault when the element is a leaf that cannot be read.
    init(_ element: ParquetFormat.SchemaElement, leaf: Int) throws(ParquetFault) {
        guard let code = element.type, let physicalType = ParquetFormat.PhysicalType(rawValue: code) else {
            throw ParquetFault(.corrupt, "unknown physical type \(element.type.map(String.init) ?? "(none)")")
        }
        guard let code = element.repetition, let repetition = ParquetFormat.Repetition(rawValue: code),
            repetition != .repeated
        else { throw ParquetFault(.unsupported, "repeated values (lists) are not supported") }
        name = element.name
        self.leaf = leaf
        self.physicalType = physicalType
        isOptional = repetition == .optional
        byteWidth =
            switch physicalType {
            case .int96: 12
            case .fixedLengthByteArray: Int(element.typeLength ?? 0)
            default: 0
            }
        guard physicalType != .fixedLengthByteArray || byteWidth > 0 else {
            throw ParquetFault(.corrupt, "fixed-length values of \(byteWidth) bytes")
        }
        let logicalType =
            element.logicalType
            ?? element.convertedType.flatMap(ParquetFormat.ConvertedType.init).flatMap {
                ParquetFormat.LogicalType($0, scale: element.scale, precision: element.precision)
            }
        if case .decimal(let scale, _) = logicalType, !Self.scales.contains(scale) {
            throw ParquetFault(.corrupt, "decimal numbers of scale \(scale)")
        }
        isNullTyped = logicalType == .null
        (type, conversion) = Self.meaning(physicalType, byteWidth, logicalType)
    }

    /// Larger scales make no sense for any number in a file.
    private static let scales = 0...1_000

    /// Reads the column as the nearest doubles if one of its integers does not fit 64 bits.
    /// - Parameter statistics: of all row groups.
    mutating func widen(by statistics: [ParquetFormat.Statistics?], isWide: Bool) {
        let bounds = statistics.lazy.compactMap { $0 }.flatMap {
            // Each is some row's value, in whatever order the writer compared them.
            [$0.minimum, $0.maximum, $0.legacyMinimum, $0.legacyMaximum]
        }.compactMap { $0 }
        switch conversion {
        case .wholeDecimal where physicalType == .byteArray || physicalType == .fixedLengthByteArray:
            guard bounds.contains(where: { DecimalValue.int64($0[...]) == nil }) else { return }
            (type, conversion) = (.float64, .decimal(scale: 0))
        case .unsigned64:
            guard isWide || bounds.contains(where: { $0.count == 8 && $0[7] >= 0x80 }) else { return }
            (type, conversion) = (.float64, .wideUnsigned64)
        default: break
        }
    }

    /// An annotation that does not fit its physical type is ignored, as by other readers.
    private static func meaning(
        _ physicalType: ParquetFormat.PhysicalType, _ byteWidth: Int, _ logicalType: ParquetFormat.LogicalType?
    ) -> (DataType, Conversion) {
        switch (physicalType, logicalType) {
        case (.boolean, _): (.boolean, .none)
        case (.int32, .date): (.date, .none)
        case (.int32, .integer(bits: 32, isSigned: false)): (.int64, .unsigned32)
        case (.int32, .integer(let bits, let isSigned)) where bits == 8 || bits == 16:
            (.int32, .narrow(bits: bits, isSigned: isSigned))
        case (.int64, .integer(bits: 64, isSigned: false)): (.int64, .unsigned64)
        case (.int64, .timestamp(let unit, let isUTC)): (.timestamp(unit: unit, isUTC: isUTC), .none)
        case (.int32, .decimal(scale: 0, _)), (.int64, .decimal(scale: 0, _)),
            (.byteArray, .decimal(scale: 0, _)), (.fixedLengthByteArray, .decimal(scale: 0, _)):
            (.int64, .wholeDecimal)
        case (.int32, .decimal(let scale, _)), (.int64, .decimal(let scale, _)),
            (.byteArray, .decimal(let scale, _)), (.fixedLengthByteArray, .decimal(let scale, _)):
            (.float64, .decimal(scale: scale))
        case (.int32, _): (.int32, .none)
        case (.int64, _): (.int64, .none)
        case (.int96, _): (.timestamp(unit: .microseconds, isUTC: true), .int96)
        case (.float, _): (.float32, .none)
        case (.double, _): (.float64, .none)
        case (.fixedLengthByteArray, .float16) where byteWidth == 2: (.float32, .float16)
        case (.byteArray, .string): (.string, .none)
        case (.byteArray, _), (.fixedLengthByteArray, _): (.binary, .none)
        }
    }
}

/// The top-level columns of a file.
struct ParquetColumns: Sendable {
    /// The flat ones, in the file's order.
    private(set) var readable: [ParquetColumn] = []
    /// Why each of the others cannot be read.
    private(set) var unreadable: [String: ParquetFault] = [:]
    /// How many column chunks a row group has.
    private(set) var leafCount = 0

    init(_ elements: [ParquetFormat.SchemaElement]) throws(ParquetFault) {
        guard let root = elements.first else { throw ParquetFault(.corrupt, "the schema is empty") }
        var position = 1
        var names: Set<String> = []
        for _ in 0..<max(0, root.childCount ?? 0) {
            guard position < elements.count else { throw ParquetFault(.corrupt, "the schema ends early") }
            let element = elements[position]
            if !names.insert(element.name).inserted {
                exclude(element.name, ParquetFault(.unsupported, "more than one column has this name"))
            } else if element.type != nil, element.childCount ?? 0 == 0 {
                do {
                    readable.append(try ParquetColumn(element, leaf: leafCount))
                } catch {
                    unreadable[element.name] = error
                }
            } else {
                unreadable[element.name] = ParquetFault(
                    .unsupported, "nested values (\(element.name) is a group) are not supported")
            }
            // Skips the element's subtree.
            var pending = 1
            while pending > 0 {
                guard position < elements.count else { throw ParquetFault(.corrupt, "the schema ends early") }
                let children = Int(elements[position].childCount ?? 0)
                guard children >= 0 else { throw ParquetFault(.corrupt, "a group of \(children) columns") }
                if children == 0, elements[position].type != nil { leafCount += 1 }
                pending += children - 1
                position += 1
            }
        }
        guard position == elements.count else { throw ParquetFault(.corrupt, "the schema has columns left over") }
    }

    /// Checks what the row groups say about the columns: some are encrypted, some hold larger numbers than others.
    /// - Parameter wide: names of columns that are known to hold larger numbers.
    mutating func adapt(to rowGroups: [ParquetFormat.RowGroup], wide: Set<String>) {
        for index in readable.indices {
            let leaf = readable[index].leaf
            readable[index].widen(
                by: rowGroups.map { $0.columns[leaf].metadata?.statistics },
                isWide: wide.contains(readable[index].name))
        }
        for column in readable where rowGroups.contains(where: { $0.columns[column.leaf].isEncrypted }) {
            exclude(column.name, ParquetFault(.unsupported, "the column is encrypted"))
        }
    }

    private mutating func exclude(_ name: String, _ reason: ParquetFault) {
        readable.removeAll { $0.name == name }
        unreadable[name] = reason
    }
}
