/// A constant array of an ONNX graph: `TensorProto` of onnx.proto.
struct ONNXTensor {
    /// `TensorProto.DataType`.
    enum ElementType: Int64 {
        case float32 = 1
        case uint8 = 2
        case int64 = 7
        case float64 = 11
    }

    let type: ElementType
    /// Empty for a single number.
    let shape: [Int]
    /// The elements, little-endian.
    let rawData: [UInt8]

    /// A vector.
    static func vector(_ values: some Sequence<Double>) -> ONNXTensor {
        var count = 0
        var data: [UInt8] = []
        for value in values {
            ProtobufWriter.append(value.bitPattern, to: &data)
            count += 1
        }
        return ONNXTensor(type: .float64, shape: [count], rawData: data)
    }

    static func vector(_ values: [Int64]) -> ONNXTensor {
        var data: [UInt8] = []
        for value in values { ProtobufWriter.append(value, to: &data) }
        return ONNXTensor(type: .int64, shape: [values.count], rawData: data)
    }

    /// A single number.
    static func scalar(_ value: Double) -> ONNXTensor {
        ONNXTensor(type: .float64, shape: [], rawData: vector([value]).rawData)
    }

    static func scalar(_ value: Int64) -> ONNXTensor {
        ONNXTensor(type: .int64, shape: [], rawData: vector([value]).rawData)
    }

    static func scalar(_ value: Float) -> ONNXTensor {
        var data: [UInt8] = []
        ProtobufWriter.append(value.bitPattern, to: &data)
        return ONNXTensor(type: .float32, shape: [], rawData: data)
    }

    /// Writes `dims` = 1, `data_type` = 2, `name` = 8, `raw_data` = 9.
    func write(name: String, to message: inout ProtobufWriter) {
        if !shape.isEmpty { message.packed(1, shape.lazy.map { Int64($0) }) }
        message.integer(2, type.rawValue)
        message.string(8, name)
        message.bytes(9, rawData)
    }
}
