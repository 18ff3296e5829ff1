// Two columns are equal when their rows are: what is stored for a null row, or past the last value, does not count.
extension Column {
    /// Whether types, nulls and the values of the other rows are equal. As always, NaN equals no number.
    public static func == (left: Column, right: Column) -> Bool {
        guard left.type == right.type, left.validity == right.validity else { return false }
        guard let validity = left.validity else { return left.storage == right.storage }
        return left.storage.equals(right.storage, in: validity)
    }

    /// Hashes what `==` compares.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(type)
        hasher.combine(validity)
        if let validity {
            hasher.combine(storage.take(validity.trueIndices))
        } else {
            hasher.combine(storage)
        }
    }
}

extension ColumnStorage {
    /// Whether the values of some rows are equal; both have the same number of rows.
    fileprivate func equals(_ other: ColumnStorage, in rows: Bitmap) -> Bool {
        func compare(_ isEqual: (Int) -> Bool) -> Bool { rows.trueIndices.allSatisfy(isEqual) }
        switch (self, other) {
        case (.boolean(let left), .boolean(let right)): return compare { left[$0] == right[$0] }
        case (.int32(let left), .int32(let right)): return compare { left[$0] == right[$0] }
        case (.int64(let left), .int64(let right)): return compare { left[$0] == right[$0] }
        case (.float32(let left), .float32(let right)): return compare { left[$0] == right[$0] }
        case (.float64(let left), .float64(let right)): return compare { left[$0] == right[$0] }
        case (.bytes(let left), .bytes(let right)): return compare { left[$0] == right[$0] }
        default: return false
        }
    }
}

extension ByteArrays {
    /// Whether there are as many values, and each has the same bytes.
    public static func == (left: ByteArrays, right: ByteArrays) -> Bool {
        left.offsets == right.offsets && left.used == right.used
    }

    /// Hashes what `==` compares.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(offsets)
        hasher.combine(used)
    }

    /// The buffer may be longer than its values.
    private var used: ArraySlice<UInt8> { bytes[..<Int(offsets[count])] }
}
