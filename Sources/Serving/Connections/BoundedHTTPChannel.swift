import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1

/// HTTP/1 with the rules and limits of ``ConnectionHandler`` on every connection.
struct BoundedHTTPChannel: ServerChildChannel {
    let http: HTTP1Channel
    let limits: ConnectionLimits
    let registry: ConnectionRegistry

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        http.setup(channel: channel, logger: logger).flatMapThrowing { [limits, registry] value in
            let pipeline = channel.pipeline.syncOperations
            let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
            let connection = ConnectionHandler(limits: limits, registry: registry)
            try pipeline.addHandler(connection, position: .after(decoder))
            try pipeline.addHandler(ByteArrivalHandler(connection), position: .before(decoder))
            return value
        }
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async {
        await http.handle(value: value, logger: logger)
    }
}
