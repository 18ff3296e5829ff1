import StorageIO

extension TrackingClient {
    #if TrackingDatabases
        /// Opens an SQLite file or a PostgreSQL database.
        static func openDatabase(
            _ location: TrackingURI, artifactRoot: String?, context: RunContext, stores: ObjectStoreRegistry,
            options: TrackingOptions
        ) async throws -> TrackingClient {
            let root: String
            let database: any SQLDatabase
            switch location {
            case .sqlite(let path):
                let folder = path[...(path.utf8.lastIndex(of: UInt8(ascii: "/")) ?? path.startIndex)]
                root = ArtifactPath.normalized(artifactRoot ?? "\(folder)mlruns")
                database = try await SQLiteDatabase.open(
                    path: path, name: location.description, artifactRoot: root, readOnly: options.isReadOnly,
                    busyTimeout: options.busyTimeout)
            case .postgresql(let address):
                root = ArtifactPath.normalized(artifactRoot ?? "mlruns")
                database = try await PostgreSQLDatabase.open(
                    address, name: location.description, artifactRoot: root, readOnly: options.isReadOnly,
                    busyTimeout: options.busyTimeout)
            case .server:
                throw TrackingError(.invalidValue, location.description, "is a server, not a database")
            }
            return TrackingClient(
                store: SQLTrackingStore(database: database, artifactRoot: root), context: context,
                artifacts: ArtifactStores(root: root, stores: stores), uri: location.description)
        }
    #else
        /// This build has no database clients.
        static func openDatabase(
            _ location: TrackingURI, artifactRoot: String?, context: RunContext, stores: ObjectStoreRegistry,
            options: TrackingOptions
        ) async throws -> TrackingClient {
            throw TrackingError(
                .unsupported, location.description,
                "is a database, and this program was built without database clients; give the address of an MLflow server that "
                    + "uses it, such as https://mlflow.example.org, or a program built with the package trait TrackingDatabases, "
                    + "which 'swift build' enables unless --disable-default-traits is given")
        }
    #endif
}
