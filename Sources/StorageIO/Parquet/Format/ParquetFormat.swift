/// The names of apache/parquet-format's `parquet.thrift`: numbers and structs as they stand in files.
enum ParquetFormat {
    /// The first and last four bytes of a file.
    static let magic: [UInt8] = Array("PAR1".utf8)
    /// The last four bytes of a file with an encrypted footer.
    static let encryptedMagic: [UInt8] = Array("PARE".utf8)

    /// Physical types (`Type`).
    enum PhysicalType: Int32, Sendable {
        case boolean = 0
        case int32 = 1
        case int64 = 2
        case int96 = 3
        case float = 4
        case double = 5
        case byteArray = 6
        case fixedLengthByteArray = 7
    }

    enum Repetition: Int32, Sendable {
        case required = 0
        case optional = 1
        case repeated = 2
    }

    enum Encoding: Int32, Sendable {
        case plain = 0
        case plainDictionary = 2
        case rle = 3
        case bitPacked = 4
        case deltaBinaryPacked = 5
        case deltaLengthByteArray = 6
        case deltaByteArray = 7
        case rleDictionary = 8
        case byteStreamSplit = 9
    }

    enum Codec: Int32, Sendable {
        case uncompressed = 0
        case snappy = 1
        case gzip = 2
        case lzo = 3
        case brotli = 4
        case lz4 = 5
        case zstd = 6
        case lz4Raw = 7
    }

    enum PageType: Int32, Sendable {
        case data = 0
        case index = 1
        case dictionary = 2
        case dataV2 = 3
    }

    /// Older annotations of a physical type.
    enum ConvertedType: Int32, Sendable {
        case utf8 = 0
        case map = 1
        case mapKeyValue = 2
        case list = 3
        case enumeration = 4
        case decimal = 5
        case date = 6
        case timeMilliseconds = 7
        case timeMicroseconds = 8
        case timestampMilliseconds = 9
        case timestampMicroseconds = 10
        case uint8 = 11
        case uint16 = 12
        case uint32 = 13
        case uint64 = 14
        case int8 = 15
        case int16 = 16
        case int32 = 17
        case int64 = 18
        case json = 19
        case bson = 20
        case interval = 21
    }
}
