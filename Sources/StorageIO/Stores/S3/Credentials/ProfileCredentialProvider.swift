/// The keys of a profile in the shared files, the credentials file first.
struct ProfileCredentialProvider: CredentialProvider {
    let profile: AWSProfile

    func credentials() async throws -> AWSCredentials? {
        guard let accessKeyID = profile.value("aws_access_key_id") else { return nil }
        guard let secretAccessKey = profile.value("aws_secret_access_key") else {
            throw CredentialError(
                source: "profile \(profile.name)", message: "aws_access_key_id is set, aws_secret_access_key is not")
        }
        return AWSCredentials(
            accessKeyID: accessKeyID, secretAccessKey: secretAccessKey, sessionToken: profile.value("aws_session_token")
        )
    }
}
