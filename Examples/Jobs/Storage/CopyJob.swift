package import StorageIO

/// Copies data from any store to any store.
package struct CopyJob: Sendable {
    private let source: String
    private let destination: String
    private let options: TransferOptions
    private let stores: ObjectStoreRegistry
    private let progress: WorkProgressHandler

    package init(
        source: String, destination: String, options: TransferOptions, stores: ObjectStoreRegistry,
        progress: @escaping WorkProgressHandler = { _ in }
    ) {
        self.source = source
        self.destination = destination
        self.options = options
        self.stores = stores
        self.progress = progress
    }

    package func run() async throws -> TransferReport {
        let transfer = Transfer(
            from: try stores.resolve(source), to: try stores.resolve(destination), options: options)
        return try await transfer.run { [progress] now in
            progress(
                WorkProgress(
                    done: now.bytesDone, total: now.bytesTotal, unit: "B",
                    detail: "\(now.objectsDone) of \(now.objectsTotal) objects"))
        }
    }
}
