import CLibPQ
import Parallelism

/// What has to be done once per process, and callbacks from C.
enum LibPQ {
    static func prepare() { OpenSSL.keepToTheEnd() }

    /// Forwards notices; libpq would print them.
    static let noticeReceiver: @convention(c) (UnsafeMutableRawPointer?, OpaquePointer?) -> Void = { context, result in
        guard let context, let result else { return }
        let settings = Unmanaged<SessionSettings>.fromOpaque(context).takeUnretainedValue()
        settings.notices?(PostgreSQLNotice(result))
    }
}

/// Strings as C takes them.
enum CStringArrays {
    /// Calls `body` with keywords and values, each list ended by a null pointer.
    static func withPointers<Result>(
        _ pairs: [String: String],
        _ body: (UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<UnsafePointer<CChar>?>?) -> Result
    ) -> Result {
        var bytes: [CChar] = [], keywordStarts: [Int] = [], valueStarts: [Int] = []
        for (keyword, value) in pairs {
            keywordStarts.append(bytes.count)
            bytes.append(contentsOf: keyword.utf8CString)
            valueStarts.append(bytes.count)
            bytes.append(contentsOf: value.utf8CString)
        }
        return bytes.withUnsafeBufferPointer { memory in
            func pointers(_ starts: [Int]) -> [UnsafePointer<CChar>?] {
                starts.map { start in memory.baseAddress.map { $0 + start } } + [nil]
            }
            return pointers(keywordStarts).withUnsafeBufferPointer { keywords in
                pointers(valueStarts).withUnsafeBufferPointer { values in body(keywords.baseAddress, values.baseAddress)
                }
            }
        }
    }
}
