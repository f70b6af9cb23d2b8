/** The customer of the gateway: the configured one, or a demo customer that runs in the same process. */
import { isJsonObject, type Json, parse } from "@lead-gateway/lossless-json"
import type { CustomerSettings } from "@lead-gateway/config"
import { listen } from "@lead-gateway/runtime"
import { Duration, Effect, Option, Result } from "effect"
import { text } from "node:stream/consumers"

/**
 * The configured customer; without a URL, a demo customer that is started for the current scope. It is on loopback, which is
 * allowed whatever addresses a real customer may have.
 */
export const chooseCustomer = Effect.fnUntraced(function* (configured: CustomerSettings<Option.Option<URL>>) {
  if (Option.isSome(configured.url)) {
    const url = configured.url.value
    return { customer: { ...configured, url }, description: url.host }
  }
  return {
    customer: { ...configured, url: yield* startDemoCustomer, allowPrivate: true },
    description: "a demo customer that accepts every lead; set CUSTOMER_API_URL for a real one",
  }
})

/**
 * Starts an API that accepts every lead and logs its ids and the names of its fields, never a value. Returns its URL; it
 * stops when the scope closes.
 */
const startDemoCustomer = Effect.gen(function* () {
  const run = Effect.runForkWith(yield* Effect.context())
  const { port } = yield* listen(
    { host: "127.0.0.1", port: 0, shutdownTimeout: Duration.seconds(1) },
    (request, response, correlationId) => {
      run(
        Effect.gen(function* () {
          const lead = Result.getOrElse(parse(yield* Effect.promise(() => text(request))), (): Json => null)
          yield* Effect.annotateLogs(Effect.logInfo("demo customer accepted a lead"), {
            correlation_id: correlationId,
            idempotency_key: request.headers["idempotency-key"],
            fields: fieldNames(lead).join(" "),
          })
          response.writeHead(200, { "Content-Type": "application/json" }).end('{"accepted":true}')
        }),
      )
    },
  )
  return new URL(`http://127.0.0.1:${port}/leads`)
})

/** The paths of the payload's values, such as `product.name`; for named attributes `attributes.<name>`. */
const fieldNames = (value: Json, path = ""): ReadonlyArray<string> => {
  if (Array.isArray(value)) return value.flatMap((item: Json) => fieldNames(item, path))
  if (!isJsonObject(value)) return [path]
  const { name } = value
  if (path === "attributes" && typeof name === "string") return [`attributes.${name}`]
  return Object.entries(value).flatMap(([key, inner]) =>
    fieldNames(inner, path === "" ? key : `${path}.${key}`),
  )
}
