import HTTPTransport

/// Finds the sources of credentials as the AWS SDKs do.
struct CredentialSources: Sendable {
    let environment: [String: String]
    let region: String?
    let http: any HTTPSending

    /// All sources, in the order in which they are tried.
    /// - Throws: ``CredentialError`` for settings that cannot be used.
    func chain(_ profile: AWSProfile, usesInstanceMetadata: Bool) throws -> CredentialProviderChain {
        var providers: [any CredentialProvider] = [EnvironmentCredentialProvider(environment)]
        if let role = environment["AWS_ROLE_ARN"] ?? profile.value("role_arn"),
            let tokenFile = environment["AWS_WEB_IDENTITY_TOKEN_FILE"] ?? profile.value("web_identity_token_file")
        {
            providers.append(
                WebIdentityCredentialProvider(
                    roleARN: role, tokenFile: tokenFile,
                    sessionName: environment["AWS_ROLE_SESSION_NAME"] ?? profile.value("role_session_name")
                        ?? "antifraud", endpoint: tokenService(profile), http: http))
        }
        providers += try sources(of: profile, visited: [])
        if let container = try ContainerCredentialProvider(environment: environment, http: http) {
            providers.append(container)
        }
        if usesInstanceMetadata, environment["AWS_EC2_METADATA_DISABLED"]?.lowercased() != "true" {
            providers.append(instanceMetadata)
        }
        return CredentialProviderChain(providers)
    }

    /// - Parameter visited: the profiles that have led here.
    private func sources(of profile: AWSProfile, visited: Set<String>) throws -> [any CredentialProvider] {
        // A profile may be its own source, with its own keys.
        if !visited.contains(profile.name), let role = try role(of: profile, visited: visited) { return [role] }
        var providers: [any CredentialProvider] = []
        if let sso = try SSOCredentialProvider(
            profile: profile, environment: environment,
            endpoint: S3Configuration.endpoint(environment, profile, service: "sso"), http: http)
        {
            providers.append(sso)
        }
        providers.append(ProfileCredentialProvider(profile: profile))
        if let command = profile.value("credential_process") {
            providers.append(ProcessCredentialProvider(command: command, profile: profile.name))
        }
        return providers
    }

    private func role(of profile: AWSProfile, visited: Set<String>) throws -> AssumeRoleCredentialProvider? {
        guard let role = profile.value("role_arn"), profile.value("web_identity_token_file") == nil else { return nil }
        guard profile.value("mfa_serial") == nil else {
            throw CredentialError(
                source: "profile \(profile.name)",
                message:
                    "requires a second factor; assume the role elsewhere, and set its keys or a credential_process")
        }
        let source: any CredentialProvider
        if let name = profile.value("source_profile") {
            guard name == profile.name || !visited.contains(name) else {
                throw CredentialError(source: "profile \(profile.name)", message: "its source_profile leads back to it")
            }
            let other = name == profile.name ? profile : try profile.other(name)
            source = CachingCredentialProvider(
                CredentialProviderChain(try sources(of: other, visited: visited.union([profile.name]))))
        } else {
            switch profile.value("credential_source") {
            case "Environment": source = EnvironmentCredentialProvider(environment)
            case "Ec2InstanceMetadata": source = instanceMetadata
            case "EcsContainer":
                guard let container = try ContainerCredentialProvider(environment: environment, http: http) else {
                    throw CredentialError(
                        source: "profile \(profile.name)", message: "no variable names the container's agent")
                }
                source = container
            case nil:
                // Web identities may come from variables.
                if environment["AWS_WEB_IDENTITY_TOKEN_FILE"] != nil { return nil }
                throw CredentialError(
                    source: "profile \(profile.name)",
                    message: "has role_arn, but neither source_profile nor credential_source")
            case .some:
                throw CredentialError(
                    source: "profile \(profile.name)",
                    message: "credential_source is none of Environment, Ec2InstanceMetadata and EcsContainer")
            }
        }
        return AssumeRoleCredentialProvider(
            roleARN: role, source: source,
            sessionName: profile.value("role_session_name") ?? environment["AWS_ROLE_SESSION_NAME"] ?? "antifraud",
            externalID: profile.value("external_id"), duration: profile.value("duration_seconds"),
            endpoint: tokenService(profile), region: region ?? "us-east-1", http: http)
    }

    private var instanceMetadata: InstanceMetadataCredentialProvider {
        InstanceMetadataCredentialProvider(
            endpoint: environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"]
                ?? InstanceMetadataCredentialProvider.usualEndpoint, http: http)
    }

    private func tokenService(_ profile: AWSProfile) -> String {
        S3Configuration.endpoint(environment, profile, service: "sts")
            ?? region.map { "https://sts.\($0).\(S3Address.awsDomain(region: $0))" } ?? "https://sts.amazonaws.com"
    }
}
