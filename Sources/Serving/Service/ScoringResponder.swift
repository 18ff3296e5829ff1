import Hummingbird

/// Finds the route of a request of ``ScoringServer``. A handful of fixed paths need no router.
struct ScoringResponder: HTTPResponder {
    let routes: ScoringRoutes

    func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
        guard let route = ScoringRoutes.Route(rawValue: request.uri.path) else {
            return .detail("Not Found", .notFound)
        }
        guard route.methods.contains(request.method) else { return .methodNotAllowed(allow: route.allow) }
        return try await routes.respond(to: request, at: route, among: .all)
    }
}
