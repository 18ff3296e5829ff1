/// What a section of a report is made of.
package enum ReportElement: Sendable {
    case heading(String)
    case paragraph(String)
    case bullets([String])
    /// Cards with one number each, in a row.
    case keyMetrics([KeyMetric])
    case table(ReportTable)
    /// A boxed remark.
    case note(Tone, String)
    /// Preformatted text in a fixed-width font.
    case code(String)
    /// One picture over the full width.
    case figure(Figure)
    /// Pictures side by side, as many in a row as fit the window.
    case figures([Figure])

    /// Whether a number or a remark is good or bad news.
    package enum Tone: String, Sendable {
        case neutral, good, caution, bad
    }
}

/// One number that a reader should not miss.
package struct KeyMetric: Sendable {
    package var label: String
    package var value: String
    package var detail: String?
    package var tone: ReportElement.Tone

    package init(_ label: String, _ value: String, detail: String? = nil, tone: ReportElement.Tone = .neutral) {
        self.label = label
        self.value = value
        self.detail = detail
        self.tone = tone
    }
}

/// A chart with its title and an optional explanation.
package struct Figure: Sendable {
    package var title: String
    package var chart: any Chart
    package var explanation: String?

    package init(_ title: String, _ chart: any Chart, explanation: String? = nil) {
        self.title = title
        self.chart = chart
        self.explanation = explanation
    }
}

extension ReportElement {
    func write(to page: inout Markup) {
        switch self {
        case .heading(let text): page.element("h3", text)
        case .paragraph(let text): page.element("p", text)
        case .bullets(let items):
            page.raw("<ul>")
            for item in items { page.element("li", item) }
            page.raw("</ul>")
        case .keyMetrics(let figures):
            page.raw("<div class=\"key-figures\">")
            for figure in figures { figure.write(to: &page) }
            page.raw("</div>")
        case .table(let table): table.write(to: &page)
        case .note(let tone, let text): page.element("p", class: "note \(tone.rawValue)", text)
        case .code(let text): page.element("pre", text)
        case .figure(let figure): figure.write(to: &page, size: .wide)
        case .figures(let figures):
            page.raw("<div class=\"figures\">\n")
            for figure in figures { figure.write(to: &page, size: .half) }
            page.raw("</div>")
        }
        page.raw("\n")
    }
}

extension KeyMetric {
    fileprivate func write(to page: inout Markup) {
        page.raw("<div class=\"card \(tone.rawValue)\">")
        page.element("div", class: "label", label)
        page.element("div", class: "value", value)
        if let detail { page.element("div", class: "detail", detail) }
        page.raw("</div>")
    }
}

extension Figure {
    fileprivate func write(to page: inout Markup, size: ChartSize) {
        page.raw("<figure>\n")
        page.element("figcaption", title)
        let legend = chart.legend
        if !legend.isEmpty {
            page.raw("<div class=\"legend\">")
            for entry in legend {
                page.raw("<span><i class=\"\(entry.colour.name)\(entry.isDashed ? " dashed" : "")\"></i>")
                page.text(entry.name)
                page.raw("</span>")
            }
            page.raw("</div>\n")
        }
        page.raw("<div class=\"plot \(size.name)\">")
        page.raw(chart.svg(size: size, label: title))
        page.raw("</div>\n")
        if let explanation { page.element("p", class: "explanation", explanation) }
        page.raw("</figure>\n")
    }
}
