extension Column {
    /// A column of 32-bit integers.
    public static func int32(_ values: [Int32], validity: Bitmap? = nil) -> Column {
        Column(unchecked: .int32, .int32(values), validity)
    }

    /// A column of 64-bit integers.
    public static func int64(_ values: [Int64], validity: Bitmap? = nil) -> Column {
        Column(unchecked: .int64, .int64(values), validity)
    }

    /// A column of 32-bit floating-point numbers.
    public static func float32(_ values: [Float], validity: Bitmap? = nil) -> Column {
        Column(unchecked: .float32, .float32(values), validity)
    }

    /// A column of 64-bit floating-point numbers.
    public static func float64(_ values: [Double], validity: Bitmap? = nil) -> Column {
        Column(unchecked: .float64, .float64(values), validity)
    }

    /// A column of booleans.
    public static func boolean(_ values: [Bool], validity: Bitmap? = nil) -> Column {
        Column(unchecked: .boolean, .boolean(Bitmap(values)), validity)
    }

    /// A column of strings.
    public static func string(_ values: [String], validity: Bitmap? = nil) -> Column {
        Column(unchecked: .string, .bytes(ByteArrays(values)), validity)
    }

    /// A column of strings whose UTF-8 bytes exist already.
    package static func text(_ values: ByteArrays, validity: Bitmap? = nil) -> Column {
        Column(unchecked: .string, .bytes(values), validity)
    }

    /// Days since 1970-01-01.
    public static func date(_ days: [Int32], validity: Bitmap? = nil) -> Column {
        Column(unchecked: .date, .int32(days), validity)
    }

    /// Ticks of `unit` since 1970-01-01T00:00:00.
    public static func timestamp(
        _ ticks: [Int64], unit: TimeUnit = .microseconds, isUTC: Bool = false, validity: Bitmap? = nil
    ) -> Column {
        Column(unchecked: .timestamp(unit: unit, isUTC: isUTC), .int64(ticks), validity)
    }

    /// The values of an `int32` or `date` column.
    /// - Throws: ``ColumnarError/typeMismatch(field:expected:actual:)`` for another layout.
    public func int32Values(field: String = "") throws(ColumnarError) -> [Int32] {
        guard case .int32(let values) = storage else {
            throw .typeMismatch(field: field, expected: "int32", actual: type)
        }
        return values
    }

    /// The values of an `int64` or `timestamp` column.
    /// - Throws: ``ColumnarError/typeMismatch(field:expected:actual:)`` for another layout.
    public func int64Values(field: String = "") throws(ColumnarError) -> [Int64] {
        guard case .int64(let values) = storage else {
            throw .typeMismatch(field: field, expected: "int64", actual: type)
        }
        return values
    }

    /// The values of a `float64` column.
    /// - Throws: ``ColumnarError/typeMismatch(field:expected:actual:)`` for another layout.
    public func float64Values(field: String = "") throws(ColumnarError) -> [Double] {
        guard case .float64(let values) = storage else {
            throw .typeMismatch(field: field, expected: "float64", actual: type)
        }
        return values
    }

    /// The bytes of a `string` or `binary` column.
    /// - Throws: ``ColumnarError/typeMismatch(field:expected:actual:)`` for another layout.
    public func byteValues(field: String = "") throws(ColumnarError) -> ByteArrays {
        guard case .bytes(let values) = storage else {
            throw .typeMismatch(field: field, expected: "string", actual: type)
        }
        return values
    }

    /// Any numeric or boolean column as 32-bit floating point, the precision of features; null becomes NaN.
    /// - Throws: ``ColumnarError/typeMismatch(field:expected:actual:)`` for text, dates and timestamps.
    public func floatValues(field: String = "") throws(ColumnarError) -> [Float] {
        var result: [Float]
        switch (type, storage) {
        case (.int32, .int32(let values)): result = values.map { Float($0) }
        case (.int64, .int64(let values)): result = values.map { Float($0) }
        case (.float32, .float32(let values)): result = values
        case (.float64, .float64(let values)): result = values.map { Float($0) }
        case (.boolean, .boolean(let values)): result = (0..<values.count).map { values[$0] ? 1 : 0 }
        default: throw .typeMismatch(field: field, expected: "a number", actual: type)
        }
        if validity != nil {
            for row in 0..<count where isNull(row) { result[row] = .nan }
        }
        return result
    }
}
