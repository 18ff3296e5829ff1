import CCurl

extension Transfer {
    /// Gives the easy handle all its options.
    func setUp(_ configuration: TransportClientConfiguration, unreadResponse: UnreadResponse) throws(HTTPTransportError)
    {
        let request = exchange.request
        try check(request)
        easy.reset()
        easy.set(CURLOPT_URL, request.url)
        easy.set(CURLOPT_PATH_AS_IS, true)
        easy.set(CURLOPT_PROTOCOLS_STR, "http,https")
        easy.set(CURLOPT_NOSIGNAL, true)
        // A host name lookup must not hold up the thread when its request is cancelled.
        easy.set(CURLOPT_QUICK_EXIT, true)
        easy.set(CURLOPT_TCP_KEEPALIVE, true)
        easy.set(CURLOPT_TCP_NODELAY, true)
        // Refused by a handle that still has its buffer, from sharing an HTTP/2 connection; it is of this size then.
        _ = ccurl_set_long(easy.handle, CURLOPT_BUFFERSIZE, 512 << 10)
        let usesHTTP2 = configuration.usesHTTP2 && !isLong(request.body)
        easy.set(CURLOPT_HTTP_VERSION, usesHTTP2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1)
        easy.set(CURLOPT_CONNECTTIMEOUT_MS, max(1, configuration.connectTimeout.milliseconds))
        easy.set(CURLOPT_USERAGENT, configuration.userAgent)
        setUpTLS(configuration.tls)
        if let proxy = configuration.proxy, URLUserInfo(proxy.url) == nil {
            throw error(.invalidConfiguration, "the proxy's URL cannot be used: \(URLUserInfo.advice)")
        }
        setUpProxy(configuration)
        setUpBody(request)
        easy.setHeaderFields(headerLines(request))
        setUpFunctions()
        if request.url.utf8.prefix(5).map({ $0 | 0x20 }).elementsEqual("http:".utf8) { setUpClosing(unreadResponse) }
        guard easy.failure == CURLE_OK else {
            throw error(.invalidConfiguration, easy.message(for: easy.failure))
        }
    }

    /// libcurl 7.88 loses a response that arrives over HTTP/2 while the request's body is still being sent.
    private func isLong(_ body: TransportRequest.Body) -> Bool {
        switch body {
        case .none: false
        case .bytes(let bytes): bytes.count > 64 << 10
        case .stream: true
        }
    }

    private func setUpTLS(_ tls: TransportClientConfiguration.TLS) {
        easy.set(CURLOPT_SSL_VERIFYPEER, true)
        easy.set(CURLOPT_SSL_VERIFYHOST, 2)
        easy.set(CURLOPT_CAINFO, tls.certificateAuthorityFile)
        if tls.certificateAuthorityFile != nil { easy.note(ccurl_set_string(easy.handle, CURLOPT_CAPATH, nil)) }
        easy.set(CURLOPT_PROXY_CAINFO, tls.certificateAuthorityFile)
        easy.set(CURLOPT_SSLCERT, tls.clientCertificateFile)
        easy.set(CURLOPT_SSLKEY, tls.clientKeyFile)
    }

    /// Empty strings keep curl from reading the environment.
    private func setUpProxy(_ configuration: TransportClientConfiguration) {
        easy.set(CURLOPT_PROXY, configuration.proxy?.url ?? "")
        easy.set(CURLOPT_NOPROXY, configuration.proxy?.exceptions.joined(separator: ",") ?? "")
        easy.set(CURLOPT_PROXYUSERNAME, configuration.proxy?.user)
        easy.set(CURLOPT_PROXYPASSWORD, configuration.proxy?.password)
        easy.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, true)
    }

    private func setUpBody(_ request: TransportRequest) {
        let length: Int64?
        switch request.body {
        case .none:
            if request.method == "HEAD" { return easy.set(CURLOPT_NOBODY, true) }
            guard ["POST", "PUT", "PATCH"].contains(request.method) else {
                easy.set(CURLOPT_HTTPGET, true)
                return easy.set(CURLOPT_CUSTOMREQUEST, request.method)
            }
            length = 0
        case .bytes(let bytes): length = Int64(bytes.count)
        case .stream(let announced, _): length = announced
        }
        easy.set(CURLOPT_UPLOAD, true)
        easy.set(CURLOPT_UPLOAD_BUFFERSIZE, 256 << 10)
        easy.set(CURLOPT_INFILESIZE_LARGE, offset: length ?? -1)
        easy.set(CURLOPT_CUSTOMREQUEST, request.method)
    }

    private func headerLines(_ request: TransportRequest) -> [String] {
        // curl reads `Name;` as a field without a value.
        var lines = request.headers.fields.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
        // Waiting for `100 Continue` costs a round trip: only callers that ask for it get it. curl's default `Accept`
        // says nothing.
        for name in ["Expect", "Accept"] where request.headers[name] == nil { lines.append("\(name):") }
        return lines
    }

    private func setUpFunctions() {
        let context = Unmanaged.passUnretained(self).toOpaque()
        for option in [
            CURLOPT_WRITEDATA, CURLOPT_HEADERDATA, CURLOPT_READDATA, CURLOPT_SEEKDATA, CURLOPT_PREREQDATA,
            CURLOPT_PRIVATE,
        ] {
            easy.set(option, pointer: context)
        }
        easy.note(
            ccurl_set_write_function(easy.handle, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
                guard let transfer = Transfer.at(context) else { return 0 }
                let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
                return transfer.receiveHeaderLine(line) ? line.count : Int(CURL_WRITEFUNC_ERROR)
            })
        easy.note(
            ccurl_set_write_function(easy.handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
                guard let transfer = Transfer.at(context) else { return Int(CURL_WRITEFUNC_ERROR) }
                return transfer.receiveBody(UnsafeRawBufferPointer(start: bytes, count: size * count))
            })
        easy.note(
            ccurl_set_read_function(easy.handle) { bytes, size, count, context in
                guard let transfer = Transfer.at(context) else { return Int(CURL_READFUNC_ABORT) }
                return transfer.sendBody(into: UnsafeMutableRawBufferPointer(start: bytes, count: size * count))
            })
        easy.note(
            ccurl_set_seek_function(easy.handle) { context, offset, origin in
                guard origin == 0, Transfer.at(context)?.seek(to: Int(offset)) == true else {
                    return CURL_SEEKFUNC_CANTSEEK
                }
                return CURL_SEEKFUNC_OK
            })
        easy.note(
            ccurl_set_request_function(easy.handle) { context, _, _, _, _ in
                Transfer.at(context)?.connect()
                return CURL_PREREQFUNC_OK
            })
    }

    private func setUpClosing(_ unreadResponse: UnreadResponse) {
        easy.set(CURLOPT_CLOSESOCKETDATA, pointer: Unmanaged.passUnretained(unreadResponse).toOpaque())
        easy.note(
            ccurl_set_close_function(easy.handle) { context, socket in
                guard let context else { return 1 }
                Unmanaged<UnreadResponse>.fromOpaque(context).takeUnretainedValue().close(socket)
                return 0
            })
    }

    /// The transfer that was given to curl. The driver keeps it while curl can call.
    static func at(_ context: UnsafeMutableRawPointer?) -> Transfer? {
        context.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Refuses what curl would send unchecked, or take for something else.
    private func check(_ request: TransportRequest) throws(HTTPTransportError) {
        let scheme = request.url.utf8.prefix(8).map { $0 | 0x20 }
        guard scheme.starts(with: "http:".utf8) || scheme.starts(with: "https:".utf8),
            request.url.utf8.dropFirst(scheme.starts(with: "https:".utf8) ? 6 : 5).starts(with: "//".utf8),
            request.url.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F })
        else { throw error(.invalidURL, "not a percent-encoded http or https URL") }
        // curl's errors quote what it takes for the host.
        guard Self.hasPlainAuthority(request.url) else { throw error(.invalidURL, URLUserInfo.advice) }
        guard request.method.isToken else {
            throw error(.invalidRequest, "not a method: \(request.method.debugDescription)")
        }
        for field in request.headers.fields {
            guard field.name.isToken else {
                throw error(.invalidRequest, "not the name of a header field: \(field.name.debugDescription)")
            }
            guard !field.value.utf8.contains(where: { $0 == 0 || $0 == 0x0A || $0 == 0x0D }) else {
                throw error(.invalidRequest, "the header field \(field.name) has more than one line")
            }
        }
    }
}

extension Transfer {
    /// Whether a URL's authority can be told from a password with unencoded characters: one `@` at most, and digits alone
    /// behind the host's colon.
    private static func hasPlainAuthority(_ url: String) -> Bool {
        let parts = url.utf8.split(separator: UInt8(ascii: "/"), maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3 else { return false }
        let authority = parts[2].prefix { !"/?#".utf8.contains($0) }
        let chunks = authority.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard chunks.count <= 2, var location = chunks.last else { return false }
        // An IPv6 address has colons, in brackets.
        if location.first == UInt8(ascii: "["), let end = location.firstIndex(of: UInt8(ascii: "]")) {
            location = location[end...]
        }
        guard let colon = location.firstIndex(of: UInt8(ascii: ":")) else { return true }
        return location[location.index(after: colon)...].allSatisfy { (48...57).contains($0) }
    }
}

extension Duration {
    /// Rounded down, and not more than curl can take.
    var milliseconds: Int {
        let (seconds, attoseconds) = components
        return Int(min(max(0, seconds), 2_000_000)) * 1_000 + Int(attoseconds / 1_000_000_000_000_000)
    }
}

extension String {
    /// Whether it is a `token` (RFC 9110, section 5.6.2).
    fileprivate var isToken: Bool {
        !isEmpty
            && utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }
}
