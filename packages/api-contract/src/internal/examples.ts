import type { OpenApi } from "effect/http-api"
import type { Access } from "../routeRoles.ts"

/** Part of a JSON Schema: what says how an example looks. */
interface ExampleSchema {
  readonly $ref?: string
  readonly examples?: ReadonlyArray<unknown>
  readonly enum?: ReadonlyArray<unknown>
  readonly type?: unknown
  readonly items?: ExampleSchema
  readonly anyOf?: ReadonlyArray<ExampleSchema>
}

interface Content {
  readonly [mediaType: string]: { readonly schema: object }
}

type Schemas = Readonly<Record<string, object | undefined>>

/** The first example of a schema, or of what it refers to, or of a list's items. */
const exampleOf = (schema: ExampleSchema, schemas: Schemas): unknown => {
  if (schema.$ref !== undefined) {
    return exampleOf(schemas[schema.$ref.replace("#/components/schemas/", "")] ?? {}, schemas)
  }
  if (schema.examples !== undefined) return schema.examples[0]
  if (schema.enum !== undefined) return schema.enum[0]
  if (schema.anyOf !== undefined) {
    return schema.anyOf.map((one) => exampleOf(one, schemas)).find((example) => example !== undefined)
  }
  if (schema.type !== "array") return undefined
  const item = exampleOf(schema.items ?? {}, schemas)
  return item === undefined ? undefined : [item]
}

/** An event of a lead, as its fields are on the wire. */
const event = {
  id: "1042.0",
  event: "lead",
  data: '{"id":4711,"status":"DELIVERED","at":"2026-01-21T10:35:01Z"}',
}

/** The error of each status. */
const errors: Readonly<Record<string, string>> = {
  "400": "limit must be a whole number from 1 to 200",
  "401": "unauthorized",
  "404": "lead not found",
  "409": "request_id was used before, with another request",
  "413": "payload too large",
  "415": "unsupported media type; send application/json",
  "421": "unknown host; API_ALLOWED_HOSTS names the hosts that are allowed",
  "422": "the request cannot be carried out",
  "429": "too many requests",
  "500": "internal server error",
  "503": "database error",
}

/** Where a route's own error says more: by operation and status. */
const particular: Readonly<Record<string, string>> = {
  "POST /webhooks/leads 400": "malformed JSON payload",
  "POST /webhooks/leads 422": "idempotency key was used with another payload",
  "POST /api/v1/tokens 400": "role must be one of viewer, operator, admin",
  "POST /api/v1/tokens 422": "expires_at is over: give a time in the future",
  "DELETE /api/v1/tokens/{id} 404": "token not found",
  "GET /readyz 503": "not ready: database",
}

/** The error of a status of a route for somebody. */
const errorOf = (operation: string, status: string, access: Access | undefined): string | undefined => {
  if (status !== "403") return particular[`${operation} ${status}`] ?? errors[status]
  return access === undefined || access === "open" || access === "sender"
    ? "cross-site request"
    : `forbidden: needs the role ${access}`
}

/** What {@link withExamples} needs to know of an operation. */
export interface ExampleOptions {
  /** Method and path: `GET /api/v1/leads/{id}`. */
  readonly name: string
  readonly access: Access | undefined
  readonly schemas: Schemas
}

/** The operation with an example of its body, and one of every answer that has a body. */
export const withExamples = (
  operation: OpenApi.OpenAPISpecOperation,
  { access, name, schemas }: ExampleOptions,
): object => {
  const shown = (content: Content, status?: string) =>
    Object.fromEntries(
      Object.entries(content).map(([mediaType, media]) => {
        const example =
          status !== undefined && Number(status) >= 400
            ? {
                error: errorOf(name, status, access),
                correlation_id: "6f1f6a4e-5a3c-4f7e-9a1b-0c8d1e2f3a4b",
              }
            : mediaType === "text/event-stream"
              ? event
              : exampleOf(media.schema, schemas)
        return [mediaType, example === undefined ? media : { ...media, example }]
      }),
    )
  const { requestBody, responses } = operation
  return {
    ...operation,
    ...(requestBody === undefined
      ? {}
      : { requestBody: { ...requestBody, content: shown(requestBody.content) } }),
    responses: Object.fromEntries(
      Object.entries(responses).map(([status, response]) => [
        status,
        response.content === undefined
          ? response
          : { ...response, content: shown(response.content as Content, status) },
      ]),
    ),
  }
}
