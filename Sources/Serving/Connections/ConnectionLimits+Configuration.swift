import NIOCore

extension ConnectionLimits {
    init(_ configuration: ScoringServerConfiguration) {
        self.init(
            headTimeout: TimeAmount(configuration.headTimeout), bodyTimeout: TimeAmount(configuration.bodyTimeout),
            idleTimeout: TimeAmount(configuration.idleTimeout),
            shutdownTimeout: TimeAmount(configuration.shutdownTimeout),
            maximumConnections: min(configuration.maximumConnections, FileDescriptors.roomForConnections),
            maximumConnectionsPerAddress: configuration.maximumConnectionsPerAddress,
            maximumBodySize: max(configuration.routes.maximumBodySize, configuration.routes.maximumLabelsSize))
    }
}
