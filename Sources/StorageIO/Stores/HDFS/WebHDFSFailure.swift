import HTTPTransport

/// Why one attempt of an operation failed.
struct WebHDFSFailure: Error {
    var code: ObjectStoreError.Code
    /// Method, URL without its query, and the outcome.
    var message: String
    /// Whether a retry may help.
    var isTransient: Bool
    /// Whether another name node may be the active one.
    var concernsNameNode = false
    /// Whether the server refused before it touched any data.
    var isRefusal = false
    var retryAfter: Duration?

    /// The request got no response, or only a part of one.
    init(_ error: HTTPTransportError, atNameNode: Bool) {
        code = .unavailable
        message = "\(error)"
        isTransient = error.isTransient
        concernsNameNode = atNameNode
    }

    /// The response is not a valid one for the operation.
    init(unexpected what: String, _ request: TransportRequest, isTransient: Bool) {
        code = .unavailable
        message = "\(request.method) \(HTTPTransportError.withoutSecrets(request.url)): \(what)"
        self.isTransient = isTransient
    }

    /// The response's status is not a success.
    init(_ request: TransportRequest, status: Int, headers: TransportHeaders, body: [UInt8]) {
        let exception = WebHDFSResponses.decode(WebHDFSResponses.Failure.self, body)?.RemoteException
        let meaning = exception.map(Meaning.init) ?? Meaning(status: status)
        code = meaning.code
        // An exception that cannot be parsed has been truncated.
        let isCutOff = exception == nil && headers["Content-Type"]?.hasPrefix("application/json") == true
        isTransient = meaning.isTransient || isCutOff
        concernsNameNode = meaning.concernsNameNode
        isRefusal = meaning.isRefusal
        retryAfter = headers.retryAfter
        var reason = "status \(status)"
        if let exception {
            // Name nodes append their stack, a line each.
            let firstLine = exception.message?.prefix { $0 != "\n" }.prefix(500)
            reason += ", \(exception.exception)" + (firstLine.map { ": \($0)" } ?? "")
        } else if status == 401 {
            reason += ": the server requires authentication; set a delegation token"
        }
        message = "\(request.method) \(HTTPTransportError.withoutSecrets(request.url)): \(reason)"
    }
}

/// The error codes of statuses and exceptions.
private struct Meaning {
    var code: ObjectStoreError.Code
    var isTransient = false
    var concernsNameNode = false
    var isRefusal = false

    /// Without an exception the response is not from HDFS; a 404 then says nothing about files.
    init(status: Int) {
        switch status {
        case 401, 403: code = .permissionDenied
        case 408, 429, 500...599:
            code = .unavailable
            isTransient = true
            concernsNameNode = status >= 500
        default: code = .unavailable
        }
    }

    /// Names of Java exceptions in Hadoop 2.7 to 3.4.
    init(_ exception: WebHDFSRemoteException) {
        let message = exception.message ?? ""
        code = .unavailable
        switch exception.exception {
        case "FileNotFoundException": code = .notFound
        case "FileAlreadyExistsException":
            code =
                message.contains("not a directory") || message.contains("as a directory") ? .invalidKey : .alreadyExists
        case "AccessControlException", "AuthorizationException", "SecurityException", "InvalidToken",
            "AuthenticationException":
            code = .permissionDenied
        case "DSQuotaExceededException", "NSQuotaExceededException", "QuotaExceededException",
            "QuotaByStorageTypeExceededException", "DiskOutOfSpaceException":
            code = .noSpace
        case "ParentNotDirectoryException", "InvalidPathException", "PathComponentTooLongException":
            code = .invalidKey
        case "StandbyException", "ObserverRetryOnActiveException":
            isTransient = true
            concernsNameNode = true
            isRefusal = true
        case "RetriableException", "SafeModeException", "RecoveryInProgressException", "AlreadyBeingCreatedException":
            isTransient = true
            isRefusal = true
        case "NotReplicatedYetException", "ReplicaNotFoundException", "BlockMissingException", "LeaseExpiredException",
            "ConnectException", "SocketTimeoutException", "SocketException", "NoRouteToHostException",
            "ConnectTimeoutException", "EOFException", "ClosedChannelException", "ServerTooBusyException",
            "NullPointerException":
            // A name node that is just starting responds to some requests with a NullPointerException.
            isTransient = true
        case "IOException", "RemoteException":
            if message.contains("could only be") {
                // "could only be replicated to 0 nodes instead of minReplication (=1). There are N datanode(s)
                // running": they are full when there are some. Data nodes come and go, so it is retried in any case.
                code = message.contains("There are 0 datanode") ? .unavailable : .noSpace
                isTransient = true
            } else if ["datanode", "No active nodes", "Could not obtain block"].contains(where: message.contains) {
                isTransient = true
            } else if message.contains("not a directory") {
                code = .invalidKey
            }
        default: break
        }
    }
}
