#if TrackingDatabases
    import PostgreSQL

    extension PostgreSQLDatabase {
        /// Opens a database, or makes MLflow's tables in one that is empty. A database of another program is left as it is.
        static func open(
            _ uri: String, name: String, artifactRoot: String, readOnly: Bool, busyTimeout: Duration
        ) async throws -> PostgreSQLDatabase {
            do {
                var configuration = try PostgreSQLConfiguration(uri)
                if configuration.applicationName == nil { configuration.applicationName = "antifraud" }
                if configuration.lockTimeout == nil { configuration.lockTimeout = busyTimeout }
                // Searches are short: to start workers for one takes longer than the search.
                configuration.parameters["options", default: ""] += " -c max_parallel_workers_per_gather=0"
                let pool = PostgreSQLPool(configuration)
                do {
                    let tables = try await prepare(pool, name: name, artifactRoot: artifactRoot, readOnly: readOnly)
                    return PostgreSQLDatabase(
                        name: name, hasWorkspaces: tables["experiments"]?.contains("workspace") ?? false,
                        hasLoggedModels: tables["logged_models"] != nil, isReadOnly: readOnly, pool: pool)
                } catch {
                    await pool.close()
                    throw error
                }
            } catch let error as PostgreSQLError {
                throw TrackingError(error, name)
            }
        }

        /// - Returns: The columns that are there, by table.
        private static func prepare(
            _ pool: PostgreSQLPool, name: String, artifactRoot: String, readOnly: Bool
        ) async throws -> [String: Set<String>] {
            var tables = try await pool.read { try columns($0) }
            if tables.isEmpty, !readOnly {
                tables = try await pool.write { connection in
                    // Held until the commit, so that only one of several processes that find it empty creates the
                    // tables.
                    try connection.execute("SELECT pg_advisory_xact_lock($1)", [.integer(initializationLock)])
                    let found = try columns(connection)
                    guard found.isEmpty else { return found }
                    try initialize(connection, artifactRoot: artifactRoot)
                    return try columns(connection)
                }
            }
            let found = tables
            let revision =
                found["alembic_version"] == nil
                ? nil
                : try await pool.read { try $0.query("SELECT version_num FROM alembic_version").firstValue?.textValue }
            try MLflowTables.check(found, name: name) { revision }
            return found
        }

        /// Any number that other programs are not likely to use.
        private static let initializationLock: Int64 = 0x616E_7469_6672_6175

        private static func columns(_ connection: PostgreSQLConnection) throws -> [String: Set<String>] {
            let rows = try connection.query(
                """
                SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
                WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'v')
                AND a.attnum > 0 AND NOT a.attisdropped
                """)
            var tables: [String: Set<String>] = [:]
            for row in rows { tables[row[0].textValue ?? "", default: []].insert(row[1].textValue ?? "") }
            return tables
        }

        private static func initialize(_ connection: PostgreSQLConnection, artifactRoot: String) throws {
            try connection.simple(MLflowSchema.postgresql)
            try connection.simple(MLflowSchema.ownIndex)
            try connection.execute(
                "INSERT INTO alembic_version (version_num) VALUES ($1)", [.text(MLflowSchema.revision)])
            try connection.execute(
                "INSERT INTO workspaces (name, description) VALUES ('default', 'Default workspace for legacy resources')"
            )
            // MLflow's pages and clients expect an experiment with the id 0.
            let now = PostgreSQLValue.integer(Timestamp.now.millisecondsSince1970)
            try connection.execute(
                """
                INSERT INTO experiments
                (experiment_id, name, artifact_location, lifecycle_stage, creation_time, last_update_time)
                VALUES (0, 'Default', $1, 'active', $2, $3)
                """, [.text(ArtifactPath.join(artifactRoot, "0")), now, now])
        }
    }
#endif
