import Essentials

/// One profile of the shared files. Reflection shows only its name.
struct AWSProfile: Sendable, CustomStringConvertible, CustomReflectable {
    let name: String
    private let credentials: SharedConfigurationFile.Section?
    private let configuration: SharedConfigurationFile.Section?
    private let services: SharedConfigurationFile.Section?
    private let files: (credentials: SharedConfigurationFile, configuration: SharedConfigurationFile)

    /// Reads the files that the variables name, or those in the home folder; missing files are treated as empty.
    /// - Throws: ``CredentialError`` when `AWS_PROFILE` names a profile that is in neither file.
    init(environment: [String: String]) throws {
        func file(_ variable: String, _ usual: String) throws -> SharedConfigurationFile {
            let named = environment[variable]
            guard let path = named ?? environment["HOME"].map({ "\($0)/.aws/\(usual)" }) else {
                return SharedConfigurationFile()
            }
            guard FileManager.default.fileExists(atPath: path) else { return SharedConfigurationFile() }
            do {
                return SharedConfigurationFile(try String(contentsOfFile: path, encoding: .utf8))
            } catch {
                throw CredentialError(source: path, message: "cannot be read as UTF-8 text")
            }
        }
        let named = environment["AWS_PROFILE"] ?? environment["AWS_DEFAULT_PROFILE"]
        name = named ?? "default"
        let credentialsFile = try file("AWS_SHARED_CREDENTIALS_FILE", "credentials")
        let configurationFile = try file("AWS_CONFIG_FILE", "config")
        files = (credentialsFile, configurationFile)
        credentials = credentialsFile.profile(name)
        configuration = configurationFile.profile(name)
        services = configuration?.values["services"].flatMap { configurationFile.sections["services \($0)"] }
        if named != nil, credentials == nil, configuration == nil {
            throw CredentialError(source: "AWS_PROFILE", message: "there is no profile \(name) in the shared files")
        }
    }

    /// Another profile of the same files.
    /// - Throws: ``CredentialError`` when it is in neither.
    func other(_ name: String) throws -> AWSProfile { try AWSProfile(name, of: self) }

    private init(_ name: String, of profile: AWSProfile) throws {
        self.name = name
        files = profile.files
        credentials = files.credentials.profile(name)
        configuration = files.configuration.profile(name)
        services = configuration?.values["services"].flatMap { [files] in
            files.configuration.sections["services \($0)"]
        }
        guard credentials != nil || configuration != nil else {
            throw CredentialError(
                source: "profile \(profile.name)",
                message: "there is no profile \(name), its source_profile, in the shared files")
        }
    }

    /// A setting of the profile; nil if it is missing or empty.
    func value(_ name: String) -> String? {
        (credentials?.values[name] ?? configuration?.values[name]).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// A setting of a service, from the `services` section that the profile names or nested in the profile itself.
    func value(_ name: String, ofService service: String) -> String? {
        services?.nested[service]?[name] ?? configuration?.nested[service]?[name]
    }

    /// A setting of a session of IAM Identity Center; of the profile itself without one.
    func value(_ name: String, ofSession session: String?) -> String? {
        guard let session else { return value(name) }
        return files.configuration.sections["sso-session \(session)"]?.values[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    var description: String { "AWSProfile(\(name))" }
    var customMirror: Mirror { Mirror(self, children: ["name": name]) }
}
