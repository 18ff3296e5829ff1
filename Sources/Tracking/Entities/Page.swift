/// One page of a longer result.
public struct Page<Element: Sendable>: Sendable {
    /// The page's elements, in order.
    public var elements: [Element]
    /// Hand it to the same search to get what follows; nil at the end.
    public var nextPageToken: String?

    package init(elements: [Element], nextPageToken: String?) {
        self.elements = elements
        self.nextPageToken = nextPageToken
    }
}
