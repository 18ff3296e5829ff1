#if TrackingDatabases
    import Essentials
    import GRDB
    import Parallelism

    extension SQLiteDatabase {
        /// Opens a file, or makes it with MLflow's tables. A file of another program is left as it is.
        static func open(
            path: String, name: String, artifactRoot: String, readOnly: Bool, busyTimeout: Duration
        ) async throws -> SQLiteDatabase {
            try await onDedicatedThread(named: "tracking-open") { _ in
                do {
                    return try openBlocking(
                        path: path, name: name, artifactRoot: artifactRoot, readOnly: readOnly, busyTimeout: busyTimeout
                    )
                } catch let error as DatabaseError {
                    throw TrackingError(error, name)
                }
            }
        }

        private static func openBlocking(
            path: String, name: String, artifactRoot: String, readOnly: Bool, busyTimeout: Duration
        ) throws -> SQLiteDatabase {
            let files = FileManager.default
            let exists = files.fileExists(atPath: path)
            let isReadOnly = readOnly || (exists && !files.isWritableFile(atPath: path))
            if exists {
                // Checked before the journal mode is changed, since the file may be another program's.
                let probe = try DatabaseQueue(
                    path: path, configuration: configuration(readOnly: isReadOnly, busyTimeout: busyTimeout))
                defer { try? probe.close() }
                try probe.read { database in
                    if try !tables(database).isEmpty { try check(database, name: name) }
                }
            } else if readOnly {
                throw TrackingError(.notFound, name, "there is no such file to read")
            } else {
                let folder = URL(filePath: path).deletingLastPathComponent()
                do {
                    try files.createDirectory(at: folder, withIntermediateDirectories: true)
                } catch {
                    throw TrackingError(.unavailable, name, "its folder cannot be created: \(reason(of: error))")
                }
            }
            let settings = configuration(readOnly: isReadOnly, busyTimeout: busyTimeout)
            let connections: any DatabaseWriter =
                isReadOnly
                ? try DatabaseQueue(path: path, configuration: settings)
                : try DatabasePool(path: path, configuration: settings)
            do {
                if !isReadOnly {
                    // The pool chooses NORMAL, which may lose the last commits when power fails.
                    try connections.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
                    try connections.write { database in
                        if try tables(database).isEmpty { try initialize(database, artifactRoot: artifactRoot) }
                    }
                }
                return try connections.read { database in
                    try check(database, name: name)
                    return SQLiteDatabase(
                        name: name, hasWorkspaces: try columns(database, of: "experiments").contains("workspace"),
                        hasLoggedModels: try tables(database).contains("logged_models"), connections: connections)
                }
            } catch {
                try? connections.close()
                throw error
            }
        }

        private static func configuration(readOnly: Bool, busyTimeout: Duration) -> Configuration {
            var configuration = Configuration()
            configuration.label = "tracking"
            configuration.readonly = readOnly
            configuration.busyMode = .timeout(busyTimeout.inSeconds)
            configuration.maximumReaderCount = 4
            // As MLflow does on its connections: LIKE tells upper from lower case.
            configuration.prepareDatabase { try $0.execute(sql: "PRAGMA case_sensitive_like = ON") }
            return configuration
        }

        private static func tables(_ database: GRDB.Database) throws -> Set<String> {
            Set(
                try String.fetchAll(
                    database,
                    sql:
                        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
                ))
        }

        private static func columns(_ database: GRDB.Database, of table: String) throws -> Set<String> {
            Set(try database.columns(in: table).map(\.name))
        }

        private static func initialize(_ database: GRDB.Database, artifactRoot: String) throws {
            try database.execute(sql: MLflowSchema.sqlite)
            try database.execute(sql: MLflowSchema.ownIndex)
            try database.execute(
                sql: "INSERT INTO alembic_version (version_num) VALUES (?)", arguments: [MLflowSchema.revision])
            try database.execute(
                sql:
                    "INSERT INTO workspaces (name, description) VALUES ('default', 'Default workspace for legacy resources')"
            )
            // MLflow's pages and clients expect an experiment with the id 0.
            let now = Timestamp.now.millisecondsSince1970
            try database.execute(
                sql: """
                    INSERT INTO experiments
                    (experiment_id, name, artifact_location, lifecycle_stage, creation_time, last_update_time)
                    VALUES (0, 'Default', ?, 'active', ?, ?)
                    """, arguments: [ArtifactPath.join(artifactRoot, "0"), now, now])
        }

        private static func check(_ database: GRDB.Database, name: String) throws {
            var tables: [String: Set<String>] = [:]
            for table in try self.tables(database) { tables[table] = try columns(database, of: table) }
            try MLflowTables.check(tables, name: name) {
                try String.fetchOne(database, sql: "SELECT version_num FROM alembic_version")
            }
        }
    }
#endif
