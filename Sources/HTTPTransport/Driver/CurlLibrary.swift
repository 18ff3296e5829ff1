import CCurl
import Parallelism

/// What has to be done once for the process before curl is used.
enum CurlLibrary {
    /// Whether curl can be used.
    static let isReady: Bool = {
        OpenSSL.keepToTheEnd()
        return curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
    }()
}
