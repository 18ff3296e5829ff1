/// A self-contained HTML page: one file that needs no network, no script and no font from outside, follows the
/// reader's light or dark setting, and prints well.
///
/// All texts are plain text; the page escapes them. The caller writes the file.
package struct HTMLReport: Sendable {
    package var title: String
    package var subtitle: String?
    package var sections: [ReportSection]
    /// A closing line, for instance what made the report and when.
    package var footer: String?

    package init(title: String, subtitle: String? = nil, sections: [ReportSection] = [], footer: String? = nil) {
        self.title = title
        self.subtitle = subtitle
        self.sections = sections
        self.footer = footer
    }

    /// The page's text.
    package func html() -> String {
        var page = Markup()
        page.raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
        page.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
        page.raw("<meta name=\"color-scheme\" content=\"light dark\">\n")
        page.element("title", title)
        page.raw("\n<style>\n\(StyleSheet.text)</style>\n</head>\n<body>\n<header>\n")
        page.element("h1", title)
        if let subtitle { page.element("p", class: "subtitle", subtitle) }
        writeContents(to: &page)
        page.raw("\n</header>\n<main>\n")
        for (index, section) in sections.enumerated() {
            page.raw("<section id=\"section-\(index + 1)\">\n")
            page.element("h2", section.title)
            page.raw("\n")
            for element in section.elements { element.write(to: &page) }
            page.raw("</section>\n")
        }
        page.raw("</main>\n")
        if let footer { page.element("footer", footer) }
        page.raw("\n</body>\n</html>\n")
        return page.text
    }

    /// The page in UTF-8.
    package func utf8() -> [UInt8] { Array(html().utf8) }

    /// Links to the sections, if there are many.
    private func writeContents(to page: inout Markup) {
        guard sections.count >= 4 else { return }
        page.raw("\n<nav>")
        for (index, section) in sections.enumerated() {
            page.raw("<a href=\"#section-\(index + 1)\">")
            page.text(section.title)
            page.raw("</a>")
        }
        page.raw("</nav>")
    }
}

/// A part of a report under one heading.
package struct ReportSection: Sendable {
    package var title: String
    package var elements: [ReportElement]

    package init(_ title: String, _ elements: [ReportElement]) {
        self.title = title
        self.elements = elements
    }
}
