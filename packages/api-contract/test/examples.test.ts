import { openApi, routeRoles, routes } from "@lead-gateway/api-contract"
import { assert, describe, it } from "@effect/vitest"
import { Ajv2020 } from "ajv/dist/2020.js"

interface Media {
  readonly schema: object
  readonly example?: unknown
}

interface Body {
  readonly content?: Readonly<Record<string, Media>>
}

const document = JSON.parse(JSON.stringify(openApi)) as typeof openApi

const bodies = routes.flatMap(({ method, name, path }) => {
  const item: Readonly<Record<string, unknown>> = { ...document.paths[path.replaceAll(/:(\w+)/g, "{$1}")] }
  const { requestBody, responses } = item[method.toLowerCase()] as {
    readonly requestBody?: Body
    readonly responses: Readonly<Record<string, Body>>
  }
  const named = Object.entries(responses).map(([status, body]) => ({ name, status, body }))
  return requestBody === undefined ? named : [{ name, status: "request", body: requestBody }, ...named]
})

const examples = bodies.flatMap(({ body: { content = {} }, name, status }) =>
  Object.entries(content).map(([mediaType, media]) => ({ name, status, mediaType, ...media })),
)

/** References within the document are looked up in it. */
const ajv = new Ajv2020({ strict: false, validateFormats: false })
ajv.addSchema({ $id: "https://lead-gateway.example/openapi", ...document }, "document")

const validatorOf = (schema: object) =>
  ajv.compile(
    JSON.parse(
      JSON.stringify(schema).replaceAll(
        '"#/components/',
        '"https://lead-gateway.example/openapi#/components/',
      ),
    ) as object,
  )

describe("the examples of the OpenAPI document", () => {
  it.each(examples)("fit their schema: $name $status", ({ example, schema, ...where }) => {
    assert.notStrictEqual(example, undefined, `no example: ${JSON.stringify(where)}`)
    const validate = validatorOf(schema)
    assert.isTrue(validate(example), JSON.stringify(validate.errors))
  })

  it("are of every body that is sent, and only an answer without a body has none", () => {
    assert.isAbove(examples.length, routes.length * 4)
    const without = bodies.filter(({ body }) => Object.keys(body.content ?? {}).length === 0)
    assert.deepStrictEqual(
      without.filter(({ status }) => status !== "204"),
      [],
    )
  })

  it("are checked by what the schemas say", () => {
    const counts = examples.find(({ name }) => name === "GET /stats/leads/counts") ?? assert.fail("no counts")
    assert.isFalse(validatorOf(counts.schema)({ ...(counts.example as object), total: "three" }))
  })

  it("of a role that is too small name the role that the route needs", () => {
    for (const { example, name, status } of examples) {
      const access = routeRoles[name]
      if (status !== "403" || access === "open" || access === "sender") continue
      assert.propertyVal(example, "error", `forbidden: needs the role ${access}`, name)
    }
  })
})
