import Essentials
package import Logging
package import StorageIO

extension ObjectStoreRegistry {
    /// The stores of a program: local files, memory, and S3 and HDFS as the environment configures them.
    package static func ofThisProcess(logger: Logger) -> ObjectStoreRegistry {
        let stores = ObjectStoreRegistry()
        stores.registerRemoteStores(environment: ProcessInfo.processInfo.environment, logger: logger)
        return stores
    }
}
