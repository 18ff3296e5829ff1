import TestSupport
import Testing
import Tracking

/// No part of a password is shown, whatever characters it has and however the URI is parsed.
@Suite struct PasswordTests {
    private static let forms: [(before: String, after: String)] = [
        ("postgresql://mlflow:", "@127.0.0.1:1/mlflow"), ("postgresql+psycopg2://mlflow:", "@127.0.0.1:1/mlflow"),
        ("postgresql://mlflow@127.0.0.1:1/mlflow?password=", ""),
        ("postgresql://127.0.0.1:1/mlflow?sslpassword=", "&password=x"),
        ("http://mlflow:", "@127.0.0.1:1"), ("https://mlflow:", "@127.0.0.1:1/prefix"),
        ("mysql://mlflow:", "@127.0.0.1/mlflow"), ("postgresql:/mlflow:", "@127.0.0.1/mlflow"),
        ("host=127.0.0.1 user=mlflow password=", " dbname=mlflow"), ("host=127.0.0.1 password='", "'"),
        ("mlflow:", "@127.0.0.1/mlflow"), (" http://mlflow:", "@127.0.0.1:1"), ("sqlite://mlflow:", "@host/a.db"),
    ]

    private func words(_ uri: String) async throws -> String {
        var words = TrackingClient.displayedURI(uri)
        do {
            let client = try await TrackingClient.open(uri)
            words += " " + client.uri
            try await client.close()
        } catch let error as TrackingError {
            words += " \(error) \([error])"
        }
        return words
    }

    @Test(arguments: forms.indices)
    func nothingOfAPasswordIsShown(_ form: Int) async throws {
        let (before, after) = Self.forms[form]
        var leaks = SecretLeaks()
        leaks.allow(before)
        leaks.allow(after)
        for password in SecretLeaks.plainPasswords {
            let words = try await words(before + password + after)
            #expect(!words.contains("~~"), "\(words)")
            leaks.allow(words)
        }
        for password in SecretLeaks.passwords(60, seed: UInt64(form)) {
            let words = try await words(before + password + after)
            if let leak = leaks.leak(of: password, in: words) {
                Issue.record("\(before + password + after): \(words) has \(leak)")
            }
        }
    }

    /// Examples that users run into, with the remedy.
    @Test(arguments: [
        "postgresql://mlflow:Winter@2024/x@127.0.0.1:1/mlflow", "postgresql://mlflow:Win@ter@127.0.0.1:1/mlflow",
        "http://mlflow:Win@ter@127.0.0.1:1", "http://mlflow:Win/ter@127.0.0.1:1", "https://mlflow:Win?ter@127.0.0.1:1",
    ])
    func theRemedyIsNamed(_ uri: String) async {
        do {
            _ = try await TrackingClient.open(uri)
            Issue.record("\(uri) was opened")
        } catch {
            let text = "\(error)"
            #expect(text.contains("%40") && text.contains("%2F"), "\(text)")
            for part in ["Win", "ter@", "2024"] { #expect(!text.contains(part), "\(text)") }
        }
    }

    /// What is encoded as it should be arrives as it was meant.
    @Test func encodedPasswordsAreUnderstood() async throws {
        let client = try await TrackingClient.open("http://us%40er:W%2Fin%3At%25er@127.0.0.1:1/p")
        #expect(client.uri == "http://127.0.0.1:1/p")
        try await client.close()
    }
}
