import CCurl

/// A curl easy handle with the memory that it points to. Belongs to the driver's thread.
final class EasyHandle {
    let handle: UnsafeMutableRawPointer
    private let errorText: UnsafeMutablePointer<CChar>
    private var headerFields: UnsafeMutablePointer<curl_slist>?
    /// The first option that curl did not take.
    private(set) var failure: CURLcode = CURLE_OK

    /// nil if there is not enough memory.
    init?() {
        guard let handle = curl_easy_init() else { return nil }
        self.handle = handle
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit {
        curl_easy_cleanup(handle)
        curl_slist_free_all(headerFields)
        errorText.deallocate()
    }

    /// Forgets all options. Caches and connections stay.
    func reset() {
        curl_easy_reset(handle)
        curl_slist_free_all(headerFields)
        headerFields = nil
        errorText[0] = 0
        failure = CURLE_OK
        note(ccurl_set_pointer(handle, CURLOPT_ERRORBUFFER, errorText))
    }

    func set(_ option: CURLoption, _ value: Int) { note(ccurl_set_long(handle, option, value)) }

    func set(_ option: CURLoption, _ value: Bool) { set(option, value ? 1 : 0) }

    func set(_ option: CURLoption, offset value: Int64) { note(ccurl_set_offset(handle, option, curl_off_t(value))) }

    func set(_ option: CURLoption, _ value: String?) {
        guard let value else { return }
        note(ccurl_set_string(handle, option, value))
    }

    func set(_ option: CURLoption, pointer: UnsafeMutableRawPointer) {
        note(ccurl_set_pointer(handle, option, pointer))
    }

    /// Sets all header fields, each as a line for curl.
    func setHeaderFields(_ lines: [String]) {
        for line in lines {
            guard let longer = curl_slist_append(headerFields, line) else { return note(CURLE_OUT_OF_MEMORY) }
            headerFields = longer
        }
        note(ccurl_set_header_fields(handle, headerFields))
    }

    func note(_ code: CURLcode) { if failure == CURLE_OK { failure = code } }

    /// What curl says about the last failure.
    func message(for code: CURLcode) -> String {
        errorText[0] == 0 ? String(cString: curl_easy_strerror(code)) : String(cString: errorText)
    }

    /// A small number, such as `CURLINFO_LOCAL_PORT`.
    func number(_ info: CURLINFO) -> Int {
        var value = 0
        _ = ccurl_get_long(handle, info, &value)
        return value
    }

    /// A count, such as `CURLINFO_SIZE_UPLOAD_T`.
    func count(_ info: CURLINFO) -> Int64 {
        var value: curl_off_t = 0
        _ = ccurl_get_offset(handle, info, &value)
        return Int64(value)
    }
}
