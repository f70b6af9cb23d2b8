import * as Contract from "@lead-gateway/api-contract"
import { assert, describe, it } from "@effect/vitest"
import { Validator } from "@seriousme/openapi-schema-validator"
import { Schema } from "effect"

const document = JSON.parse(JSON.stringify(Contract.openApi)) as typeof Contract.openApi
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  (["get", "post", "put", "patch", "delete"] as const).flatMap((method) => {
    const operation = item[method]
    return operation === undefined ? [] : [{ name: `${method} ${path}`, operation }]
  }),
)
/** A route in the notation of OpenAPI: `get /stats/leads/{id}/history`. */
const documented = ({ method, path }: Contract.Route) =>
  `${method.toLowerCase()} ${path.replaceAll(/:(\w+)/g, "{$1}")}`
const statuses = (name: string) => {
  const found = operations.find((candidate) => candidate.name === name)
  return found === undefined ? [] : Object.keys(found.operation.responses).map(Number)
}

describe("the OpenAPI document", () => {
  it("is valid OpenAPI 3.1", async () => {
    const validator = new Validator()
    assert.deepStrictEqual(await validator.validate({ ...document }), { valid: true })
    assert.strictEqual(validator.version, "3.1")
    const { paths: _, ...broken } = document
    assert.isFalse((await validator.validate({ ...broken, info: {} })).valid)
  })

  it("refers to nothing that is not there", () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/(\w+)\/([^"]+)"/g)]
    assert.isAbove(references.length, 50)
    for (const [reference, section = "", name = ""] of references) {
      const components: Readonly<Record<string, object | undefined>> = { ...document.components }
      assert.property(components[section], name, reference)
    }
  })

  it("has every route of the contract, and what any route of its kind may answer", () => {
    assert.sameMembers(
      operations.map(({ name }) => name),
      Contract.routes.map(documented),
    )
    for (const route of Contract.routes) {
      const access = Contract.routeRoles[route.name]
      const always = {
        open: [200],
        sender: [200, 400, 401, 403, 421, 500, 503],
        operator: [401, 403, 421, 429, 500, 503],
      }[access === "open" || access === "sender" ? access : "operator"]
      assert.includeMembers(statuses(documented(route)), always, route.name)
    }
  })

  it("has what only some routes answer", () => {
    assert.deepStrictEqual(
      statuses("post /webhooks/leads"),
      [200, 400, 401, 403, 413, 415, 421, 422, 429, 500, 503],
    )
    assert.deepStrictEqual(statuses("get /stats/leads/recent"), [200, 400, 401, 403, 421, 429, 500, 503])
    assert.deepStrictEqual(
      statuses("get /stats/leads/{id}/history"),
      [200, 401, 403, 404, 421, 429, 500, 503],
    )
    assert.deepStrictEqual(statuses("get /readyz"), [200, 503])
    assert.deepStrictEqual(statuses("get /health"), [200])
    assert.deepStrictEqual(statuses("get /health/deep"), [200, 403, 421, 500, 503])
  })

  it("says that bodies of another type are refused, of every route with a body and of no other", () => {
    for (const { name, operation } of operations) {
      assert.strictEqual(statuses(name).includes(415), operation.requestBody !== undefined, name)
    }
  })

  it("explains every operation, and every error has the one body", () => {
    for (const { name, operation } of operations) {
      assert.isString(operation.summary, name)
      for (const [status, { content, headers }] of Object.entries(operation.responses)) {
        assert.property(headers, "X-Correlation-ID", `${name} ${status}`)
        if (Number(status) < 400) continue
        assert.deepStrictEqual(content?.["application/json"]?.schema, { $ref: "#/components/schemas/Error" })
        assert.lengthOf(Object.keys(content ?? {}), 1)
        assert.strictEqual(
          headers?.["Retry-After"] !== undefined,
          [429, 503].includes(Number(status)) && name !== "get /readyz",
          `${name} ${status}`,
        )
      }
    }
  })

  it("names both secrets, which are asked for only when the operator says so", () => {
    assert.deepInclude(document.components.securitySchemes["sharedSecret"], {
      type: "apiKey",
      in: "header",
      name: "X-Shared-Secret",
    })
    assert.deepInclude(document.components.securitySchemes["operatorToken"], {
      type: "http",
      scheme: "Bearer",
    })
    assert.deepStrictEqual(document.paths["/webhooks/leads"]?.post?.security, [{ sharedSecret: [] }, {}])
    assert.deepStrictEqual(document.paths["/stats/leads/counts"]?.get?.security, [{ operatorToken: [] }, {}])
    assert.deepStrictEqual(document.paths["/health"]?.get?.security, [])
    assert.deepStrictEqual(document.paths["/metrics"]?.get?.security, [{ metricsToken: [] }, {}])
  })

  it("names the host that serves it as its server", () => {
    assert.deepStrictEqual(
      (Reflect.get(document, "servers") as ReadonlyArray<{ readonly url: string }>).map(({ url }) => url),
      ["/"],
    )
  })

  it("names the headers by which a webhook is told apart, with what is allowed and an example", () => {
    const parameters = (document.paths["/webhooks/leads"]?.post?.parameters ?? []).filter(
      ({ name }) => name === "idempotency-key" || name === "webhook-id",
    )
    assert.deepStrictEqual(
      parameters.map(({ in: place, name, required }) => [place, name, required]),
      [
        ["header", "idempotency-key", false],
        ["header", "webhook-id", false],
      ],
    )
    const text = JSON.stringify(parameters)
    assert.include(text, "1 to 255 visible ASCII characters")
    assert.include(text, "8e03978e-40d5-43dd-bc93-6894a57f9324")
  })

  it("shows examples that fit", () => {
    const schemas: Readonly<Record<string, Schema.Codec<unknown, unknown>>> = {
      LeadPayload: Contract.LeadPayload,
      LeadReceipt: Contract.LeadReceipt,
      LeadCounts: Contract.LeadCounts,
      LeadSummary: Contract.LeadSummary,
      DeliveryAttempt: Contract.DeliveryAttempt,
      DeepHealth: Contract.DeepHealth,
      OperatorToken: Contract.OperatorToken,
      CreatedToken: Contract.CreatedToken,
      NewToken: Contract.NewToken,
      TokenPage: Contract.TokenPage,
      AuditRecord: Contract.AuditRecord,
      AuditPage: Contract.AuditPage,
      NewReplay: Contract.NewReplay,
      ReplayFilter: Contract.ReplayFilter,
      ReplayResult: Contract.ReplayResult,
      CustomerState: Contract.CustomerState,
      CustomerPage: Contract.CustomerPage,
      FlowInForce: Contract.FlowInForce,
      Preview: Contract.Preview,
      PreviewComparison: Contract.PreviewComparison,
      PreviewRequest: Contract.PreviewRequest,
      UnmappedPage: Contract.UnmappedPage,
    }
    for (const [name, schema] of Object.entries(schemas)) {
      const examples: unknown = document.components.schemas[name]?.["examples"]
      assert.isArray(examples, name)
      for (const example of examples as ReadonlyArray<unknown>) {
        assert.deepStrictEqual(Schema.encodeSync(schema)(Schema.decodeUnknownSync(schema)(example)), example)
      }
    }
  })
})
