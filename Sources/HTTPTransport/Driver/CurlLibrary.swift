import CCurl
import Foundation

/// What has to be done once for the process before curl is used.
enum CurlLibrary {
    /// Whether curl can be used.
    static let isReady: Bool = {
        keepOpenSSLToTheEnd()
        return curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
    }()

    /// OpenSSL frees its memory in an exit handler, and again looks at it when a thread ends that has used it
    /// (OPENSSL_init_crypto(3)). A process does not wait for its threads, so that a client's thread which ends along with the process
    /// would crash it now and then. The system takes the memory back by itself.
    private static func keepOpenSSLToTheEnd() {
        typealias Initialise = @convention(c) (_ options: UInt64, _ settings: OpaquePointer?) -> Int32
        let noExitHandler: UInt64 = 0x0008_0000
        // Not there when curl uses another library for TLS.
        guard let symbol = dlsym(dlopen(nil, RTLD_NOW), "OPENSSL_init_crypto") else { return }
        _ = unsafeBitCast(symbol, to: Initialise.self)(noExitHandler, nil)
    }
}
