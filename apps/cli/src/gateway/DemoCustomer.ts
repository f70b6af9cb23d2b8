/** A demo customer: an API that accepts every lead. */
import { isJsonObject, type Json, parse } from "@lead-gateway/lossless-json"
import { listen } from "@lead-gateway/runtime"
import { Duration, Effect, Result } from "effect"
import { text } from "node:stream/consumers"

/**
 * Starts an API that accepts every lead and logs its ids and the names of its fields, never a value. Returns its URL; it
 * stops when the scope closes.
 */
export const startDemoCustomer = Effect.fnUntraced(function* (at: {
  readonly host: string
  readonly port: number
}) {
  const run = Effect.runForkWith(yield* Effect.context())
  const { address, family, port } = yield* listen(
    { ...at, shutdownTimeout: Duration.seconds(1) },
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
  return new URL(`http://${family === "IPv6" ? `[${address}]` : address}:${port}/leads`)
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
