import { isJsonObject, type Json, parse } from "@lead-gateway/lossless-json"
import { listen } from "@lead-gateway/runtime"
import { Duration, Effect, Result } from "effect"
import { text } from "node:stream/consumers"

/**
 * A customer for those who have none yet: accepts every lead and logs its ids and the names of its fields,
 * never a value. Returns its URL; it is gone with the scope.
 */
export const start = Effect.gen(function* () {
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

/** Where values are in the payload, such as `product.name`; of named attributes, their names. */
const fieldNames = (value: Json, path = ""): ReadonlyArray<string> => {
  if (Array.isArray(value)) return value.flatMap((item: Json) => fieldNames(item, path))
  if (!isJsonObject(value)) return [path]
  const { name } = value
  if (path === "attributes" && typeof name === "string") return [`attributes.${name}`]
  return Object.entries(value).flatMap(([key, inner]) =>
    fieldNames(inner, path === "" ? key : `${path}.${key}`),
  )
}
