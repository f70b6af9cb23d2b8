import type { OpenApi } from "effect/http-api"

/**
 * Makes the derived OpenAPI document readable: numeric parameters are numbers, parameters have descriptions, headers that
 * all answers share are components, and authentication is optional, because the operator switches it on.
 */
export const refineDocument = (spec: OpenApi.OpenAPISpec): Record<string, unknown> => {
  const readable = simplified(spec) as OpenApi.OpenAPISpec
  return {
    ...readable,
    paths: mapValues(readable.paths, (item, path) =>
      mapValues(item, (operation) =>
        "responses" in operation ? refineOperation(operation, path) : operation,
      ),
    ),
    components: {
      ...readable.components,
      schemas: mapValues(readable.components.schemas, (schema, name) =>
        name === "LeadPayload" ? { type: "object", ...schema } : schema,
      ),
      securitySchemes: {
        ...readable.components.securitySchemes,
        metricsToken: {
          type: "http",
          scheme: "Bearer",
          description: "`METRICS_TOKEN`; required if that is set.",
        },
      },
      headers: {
        "X-Correlation-ID": {
          description: "Identifies this request in responses and logs: quote it when you report a problem.",
          required: true,
          schema: { type: "string" },
        },
        "Retry-After": {
          description: "Seconds to wait before the next request.",
          required: true,
          schema: { type: "integer", minimum: 0 },
        },
        "WWW-Authenticate": {
          description: "The authentication scheme to use.",
          required: true,
          schema: { type: "string", examples: ["Bearer"] },
        },
      },
      parameters: {
        "X-Correlation-ID": {
          name: "X-Correlation-ID",
          in: "header",
          description:
            "Your own correlation id, 1 to 128 visible ASCII characters. Without a valid one, a UUID is made.",
          required: false,
          schema: { type: "string", pattern: "^[!-~]{1,128}$" },
        },
      },
    },
  }
}

/** What answers orchestrators whoever they say they are, and however busy the process is. */
const isOpen: ReadonlySet<string> = new Set(["/health", "/livez", "/readyz"])

/** What is answered before a request comes to its route. */
const refusals: OpenApi.OpenAPISpecOperation["responses"] = mapValues(
  {
    "403": "`cross-site request`: a browser sent it for a page of a site that `CORS_ORIGINS` does not name",
    "421": "`unknown host; …`: `Host` is not one of the api's; `API_ALLOWED_HOSTS` names further ones",
    "503": "`too many requests at once (MAX_CONNECTIONS)`: retry after `Retry-After`",
  },
  (description, status) => ({
    description,
    content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } },
    ...(status === "503"
      ? { headers: { "retry-after": { schema: { type: "integer" }, required: true } } }
      : {}),
  }),
)

/** What is answered to a body of another type. Webhooks say themselves what they accept. */
const refusedTypes: typeof refusals = {
  "415": {
    description: "`unsupported media type; send application/json`: the body is not declared as JSON",
    content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } },
  },
}

/** Where the route itself answers 403 as well, both reasons are described. */
const withRefusals = (responses: OpenApi.OpenAPISpecOperation["responses"]): typeof responses => ({
  ...refusals,
  ...mapValues(responses, (response, status) =>
    status === "403"
      ? { ...response, description: `${response.description}; ${refusals["403"]?.description}` }
      : response,
  ),
})

const securityOf = ({ security }: OpenApi.OpenAPISpecOperation, path: string): ReadonlyArray<object> => {
  if (path === "/metrics") return [{ metricsToken: [] }, {}]
  return security.length === 0 ? [] : [...security, {}]
}

const refineOperation = (operation: OpenApi.OpenAPISpecOperation, path: string): object => ({
  ...operation,
  // With and without the secret, which only `ENABLE_AUTH=true` requires.
  security: securityOf(operation, path),
  parameters: [
    ...operation.parameters.map((parameter) => ({
      ...parameter,
      ...(parameters[`${path} ${parameter.name}`] ?? parameters[parameter.name]),
    })),
    { $ref: "#/components/parameters/X-Correlation-ID" },
  ],
  // Statuses are in ascending order, as keys that are integers always are; what the route says of one comes first.
  responses: mapValues(
    isOpen.has(path)
      ? operation.responses
      : withRefusals({
          ...(operation.requestBody === undefined ? {} : refusedTypes),
          ...operation.responses,
        }),
    ({ headers = {}, ...response }) => ({
      ...response,
      headers: headersOf(["x-correlation-id", ...Object.keys(headers)]),
    }),
  ),
})

/** References to headers, from their names in lower case to their usual spelling. */
const headersOf = (names: ReadonlyArray<string>): object =>
  Object.fromEntries(
    names.map((name) => [
      headerNames[name] ?? name,
      { $ref: `#/components/headers/${headerNames[name] ?? name}` },
    ]),
  )

const headerNames: Readonly<Record<string, string>> = {
  "x-correlation-id": "X-Correlation-ID",
  "retry-after": "Retry-After",
  "www-authenticate": "WWW-Authenticate",
}

/**
 * Descriptions of the parameters, and number types for those that the contract decodes from text: by name, and by path and
 * name (`/api/v1/tokens/{id} id`) where a name has another meaning.
 */
const parameters: Readonly<Record<string, object>> = {
  id: { description: "The lead's id", schema: { type: "integer", minimum: 1 } },
  "/api/v1/tokens/{id} id": { description: "The token's id", schema: { type: "integer", minimum: 1 } },
  "/api/v1/audit from": { description: "Only from this time on" },
  "/api/v1/timeline from": { description: "From this time on; 24 hours before `to` unless given" },
  to: { description: "Up to, and without, this time; now unless given" },
  bucket: { description: "How wide a bucket is; by the length of the time unless given" },
  "/api/v1/audit before": { description: "Only before this time" },
  attribute: { description: "Only answers to this attribute" },
  name: { description: "The customer's name" },
  operator: { description: "Only what this operator did" },
  action: { description: "Only this action, such as `lead.replay`" },
  subject: { description: "Only changes of this" },
  lead_id: { description: "Only changes of this lead", schema: { type: "integer", minimum: 1 } },
  limit: {
    description: "How many items, at most",
    schema: { type: "integer", minimum: 1, maximum: 200, default: 50 },
  },
  before: { description: "Only leads with a smaller id", schema: { type: "integer", minimum: 1 } },
  cursor: { description: "The `next_cursor` of the page before; without it, the first page" },
  status: { description: "Only leads in this status" },
  reason: { description: "Only leads that were rejected, parked or given up for this reason" },
  customer: { description: "Only leads that are delivered to the customer of this name" },
  received_from: { description: "Only leads received at this time or later" },
  received_before: { description: "Only leads received before this time" },
  email: { description: "Only leads with this e-mail address" },
  phone: { description: "Only leads with this phone number" },
  correlation_id: { description: "Only leads whose webhook had this correlation id" },
}

/** Removes what the derivation adds and readers do not need: bounds of safe integers, closed objects, Effect's own extension, unions with null. */
const simplified = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(simplified)
  if (typeof value !== "object" || value === null) return value
  const nullable = nullableOf(value)
  if (nullable !== undefined) return simplified(nullable)
  return Object.fromEntries(
    Object.entries(value)
      .filter(
        ([key, item]) =>
          !(key === "additionalProperties" && item === false) &&
          key !== "x-effect-stream" &&
          !isSafeIntegerBound(item),
      )
      .map(([key, item]) => [
        key,
        key === "properties"
          ? mapValues(item as Readonly<Record<string, unknown>>, typed)
          : key === "items"
            ? typed(item)
            : key === "anyOf" && Array.isArray(item)
              ? item.map(typed)
              : simplified(item),
      ]),
  )
}

const anyType = ["object", "array", "string", "number", "boolean", "null"]

/** A property, an item or an alternative that may be anything says so: some readers take a schema without a type for a mistake. */
const typed = (schema: unknown): unknown => {
  const simple = simplified(schema)
  if (Array.isArray(simple)) return simple
  return isAny(simple) ? { type: anyType, ...(simple as object) } : simple
}

const isAny = (schema: unknown): boolean =>
  Object.keys(typeof schema === "object" && schema !== null ? schema : {}).every(
    (key) => key === "description",
  )

/** Either of one type or null: as one schema of two types, which readers and programs understand better. */
const nullableOf = ({ anyOf, ...rest }: { readonly anyOf?: unknown }): object | undefined => {
  if (!Array.isArray(anyOf) || anyOf.length !== 2) return undefined
  const [some, none] = anyOf as ReadonlyArray<{
    readonly type?: unknown
    readonly enum?: ReadonlyArray<unknown>
  }>
  if (none?.type !== "null") return undefined
  // What may be anything may be null.
  if (some !== undefined && isAny(some)) return { ...(typed(some) as object), ...rest }
  if (typeof some?.type !== "string") return undefined
  const values = some.enum === undefined ? {} : { enum: [...some.enum, null] }
  return { ...some, ...values, type: [some.type, "null"], ...rest }
}

const isSafeIntegerBound = (value: unknown): boolean =>
  typeof value === "number" && Math.abs(value) === Number.MAX_SAFE_INTEGER

function mapValues<A, B>(
  record: { readonly [key: string]: A },
  f: (value: A, key: string) => B,
): { readonly [key: string]: B } {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, f(value, key)]))
}
