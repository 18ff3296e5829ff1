package import Foundation

/// The real servers of a test run: `scripts/test` starts them and passes their addresses in the environment.
package enum TestServers {
    /// An access key and its secret.
    package struct Identity: Sendable {
        package let key, secret: String
    }

    /// An S3 server without TLS, with path-style addresses; buckets are made by the tests, each its own.
    package struct S3: Sendable {
        /// `http://127.0.0.1:PORT`
        package let endpoint: URL
        /// May do everything.
        package let admin: Identity
        /// May read and list; anything else is refused with 403.
        package let readOnly: Identity

        /// `127.0.0.1:PORT`, as a ``FaultProxy`` takes it.
        package var authority: String { "\(endpoint.host() ?? ""):\(endpoint.port ?? 80)" }

        init(_ environment: Environment) throws {
            let address = try environment.value("ANTIFRAUD_TEST_S3_ENDPOINT")
            guard let endpoint = URL(string: address) else {
                throw Oracle.Failure(description: "ANTIFRAUD_TEST_S3_ENDPOINT is not a URL: \(address)")
            }
            self.endpoint = endpoint
            admin = Identity(
                key: try environment.value("ANTIFRAUD_TEST_S3_KEY"),
                secret: try environment.value("ANTIFRAUD_TEST_S3_SECRET"))
            readOnly = Identity(
                key: try environment.value("ANTIFRAUD_TEST_S3_READONLY_KEY"),
                secret: try environment.value("ANTIFRAUD_TEST_S3_READONLY_SECRET"))
        }
    }

    /// An HDFS of one name node and one data node that checks permissions; everyone may write in the root folder.
    package struct HDFS: Sendable {
        /// The name node's WebHDFS, `127.0.0.1:PORT`.
        package let http: String
        /// The data node's, to which the name node sends readers and writers.
        package let dataNodeHTTP: String
        /// The name node for Hadoop's own clients.
        package let rpc: String
        /// The superuser, also the user of requests without a user name.
        package let user: String

        init(_ environment: Environment) throws {
            http = try environment.value("ANTIFRAUD_TEST_HDFS_HTTP")
            dataNodeHTTP = try environment.value("ANTIFRAUD_TEST_HDFS_DATANODE_HTTP")
            rpc = try environment.value("ANTIFRAUD_TEST_HDFS_RPC")
            user = try environment.value("ANTIFRAUD_TEST_HDFS_USER")
        }
    }

    /// A PostgreSQL server that asks for passwords; tests make their own databases.
    package struct PostgreSQL: Sendable {
        /// `postgresql://USER:PASSWORD@127.0.0.1:PORT/DATABASE` of an ordinary user.
        package let uri: String
        /// That of the superuser.
        package let adminURI: String
        /// The PEM file of the authority behind the server's certificate, which is for `localhost` only.
        package let certificateAuthority: String

        init(_ environment: Environment) throws {
            uri = try environment.value("ANTIFRAUD_TEST_POSTGRESQL_URI")
            adminURI = try environment.value("ANTIFRAUD_TEST_POSTGRESQL_ADMIN_URI")
            certificateAuthority = try environment.value("ANTIFRAUD_TEST_POSTGRESQL_CA")
        }
    }

    /// An MLflow server whose artifacts go through it.
    package struct MLflow: Sendable {
        /// `http://127.0.0.1:PORT`
        package let uri: String
        /// Set if the server requires a user and a password.
        package let user, password: String?

        /// `127.0.0.1:PORT`, as a ``FaultProxy`` takes it.
        package var authority: String { String(uri.drop { $0 != "/" }.drop { $0 == "/" }) }

        init(_ environment: Environment) throws {
            uri = try environment.value("ANTIFRAUD_TEST_MLFLOW_URI")
            user = environment.variables["ANTIFRAUD_TEST_MLFLOW_USER"]
            password = environment.variables["ANTIFRAUD_TEST_MLFLOW_PASSWORD"]
        }
    }

    /// Variables by name, and the advice when one is missing.
    struct Environment {
        let variables: [String: String]
        let advice: String

        func value(_ name: String) throws -> String {
            guard let value = variables[name] else {
                throw Oracle.Failure(description: "\(name) is not set; \(advice)")
            }
            return value
        }
    }

    private static var environment: Environment {
        Environment(
            variables: ProcessInfo.processInfo.environment,
            advice: "run scripts/test, which starts the servers of the tests, or scripts/servers/* by hand")
    }

    /// The S3 server that all tests of a run share.
    /// - Throws: ``Oracle/Failure`` when there is none.
    package static func s3() throws -> S3 { try S3(environment) }

    /// The HDFS that all tests of a run share.
    /// - Throws: ``Oracle/Failure`` when there is none.
    package static func hdfs() throws -> HDFS { try HDFS(environment) }

    /// The PostgreSQL server that all tests of a run share.
    /// - Throws: ``Oracle/Failure`` when there is none.
    package static func postgresql() throws -> PostgreSQL { try PostgreSQL(environment) }

    /// The MLflow server that all tests of a run share: names are the tests' own, see `UniqueNames`.
    /// - Throws: ``Oracle/Failure`` when there is none.
    package static func mlflow() throws -> MLflow { try MLflow(environment) }
}
