import Crypto
import Essentials
import HTTPTypes
import Hummingbird

/// The page of `GET /docs`: it shows `/openapi.json`, and sends requests. The page is self-contained, and its content
/// security policy lets the browser run nothing else and talk to this service only.
enum DocumentationPage {
    private static let style = String(decoding: PackageResources.docs_css, as: UTF8.self)
    private static let script = String(decoding: PackageResources.docs_js, as: UTF8.self)

    static let html = """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Antifraud</title>
        <link rel="icon" href="data:,">
        <style>\(style)</style>
        </head>
        <body>
        <main><noscript>This page needs its own script; <a href="openapi.json">openapi.json</a> says the same.</noscript></main>
        <script>\(script)</script>
        </body>
        </html>

        """

    static let contentSecurityPolicy = [
        "default-src 'none'", "style-src \(source(style))", "script-src \(source(script))", "connect-src 'self'",
        "img-src data:", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'",
    ].joined(separator: "; ")

    private static func source(_ text: String) -> String {
        "'sha256-\(Data(SHA256.hash(data: Array(text.utf8))).base64EncodedString())'"
    }
}

extension Response {
    static var docs: Response {
        var response = Response(DocumentationPage.html, type: "text/html; charset=utf-8")
        response.headers[.contentSecurityPolicy] = DocumentationPage.contentSecurityPolicy
        response.headers[.xContentTypeOptions] = "nosniff"
        return response
    }
}
