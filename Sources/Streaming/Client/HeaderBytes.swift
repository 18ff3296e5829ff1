import CRdKafka
import Foundation

/// Headers packed into bytes beside their message: for each the lengths of name and value (-1 when there is none) as `Int32`, the
/// name, the value.
enum HeaderBytes {
    private static let prefix = 2 * MemoryLayout<Int32>.size

    static func append(_ header: MessageHeader, to bytes: inout [UInt8]) {
        append(name: header.name.utf8, value: header.value, to: &bytes)
    }

    private static func append(
        name: some Collection<UInt8>, value: (some Collection<UInt8>)?, to bytes: inout [UInt8]
    ) {
        withUnsafeBytes(of: Int32(clamping: name.count)) { bytes.append(contentsOf: $0) }
        withUnsafeBytes(of: Int32(clamping: value?.count ?? -1)) { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: name)
        if let value { bytes.append(contentsOf: value) }
    }

    /// Packs the headers of a message that was read.
    /// - Returns: the number of bytes appended.
    static func append(of message: UnsafePointer<rd_kafka_message_t>, to bytes: inout [UInt8]) -> Int {
        var headers: OpaquePointer?
        guard rd_kafka_message_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR, let headers else { return 0 }
        let start = bytes.count
        var index = 0
        var name: UnsafePointer<CChar>?
        var value: UnsafeRawPointer?
        var size = 0
        while rd_kafka_header_get_all(headers, index, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR {
            index += 1
            guard let name else { continue }
            append(
                name: UnsafeRawBufferPointer(start: name, count: strlen(name)),
                value: value.map { UnsafeRawBufferPointer(start: $0, count: size) }, to: &bytes)
        }
        return bytes.count - start
    }

    /// Calls the body for each header with its name and its value.
    static func forEach(
        _ packed: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer?) -> Void
    ) {
        var position = 0
        while position + prefix <= packed.count {
            let nameLength = Int(packed.loadUnaligned(fromByteOffset: position, as: Int32.self))
            let valueLength = Int(packed.loadUnaligned(fromByteOffset: position + prefix / 2, as: Int32.self))
            let nameStart = position + prefix
            let valueStart = nameStart + nameLength
            body(
                UnsafeRawBufferPointer(rebasing: packed[nameStart..<valueStart]),
                valueLength < 0 ? nil : UnsafeRawBufferPointer(rebasing: packed[valueStart..<valueStart + valueLength]))
            position = valueStart + max(0, valueLength)
        }
    }

    static func headers(_ packed: ArraySlice<UInt8>) -> [MessageHeader] {
        var headers: [MessageHeader] = []
        packed.withUnsafeBytes { packed in
            forEach(packed) { name, value in
                headers.append(MessageHeader(String(decoding: name, as: UTF8.self), value.map { Array($0) }))
            }
        }
        return headers
    }

    /// Headers as librdkafka takes them; the caller frees them or passes them on.
    static func makeList(_ packed: UnsafeRawBufferPointer) -> OpaquePointer? {
        guard let list = rd_kafka_headers_new(4) else { return nil }
        forEach(packed) { name, value in
            // librdkafka copies both; a length of 0 with a pointer is an empty value, without one none.
            rd_kafka_header_add(
                list, name.baseAddress?.assumingMemoryBound(to: CChar.self), name.count,
                value.map { $0.baseAddress ?? UnsafeRawPointer(bitPattern: 1) } ?? nil, value?.count ?? 0)
        }
        return list
    }
}
