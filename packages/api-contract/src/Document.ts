/** The OpenAPI document, as `GET /openapi.json` answers it: what is derived from the contract, and examples of it. */
import { OpenApi } from "effect/http-api"
import { LeadGatewayApi } from "./Api.ts"
import { withExamples } from "./internal/examples.ts"
import { type Access, routeRoles } from "./routeRoles.ts"

const derived = OpenApi.fromApi(LeadGatewayApi)

const accessOf = (method: string, path: string): Access | undefined => {
  const roles: Readonly<Record<string, Access | undefined>> = routeRoles
  return roles[`${method} ${path.replaceAll(/\{(\w+)\}/g, ":$1")}`]
}

const paths = Object.fromEntries(
  Object.entries(derived.paths).map(([path, item]) => [
    path,
    Object.fromEntries(
      Object.entries(item).map(([key, operation]) => {
        if (typeof operation !== "object" || !("responses" in operation)) return [key, operation]
        const method = key.toUpperCase()
        return [
          key,
          withExamples(operation, {
            name: `${method} ${path}`,
            access: accessOf(method, path),
            schemas: derived.components.schemas,
          }),
        ]
      }),
    ),
  ]),
)

/** The OpenAPI 3.1 document of `LeadGatewayApi`, as `GET /openapi.json` answers it. */
export const openApi: OpenApi.OpenAPISpec = {
  ...derived,
  // Of the document's own host: whoever serves it serves the api.
  servers: [{ url: "/", description: "The api that serves this document" }],
  paths,
}
