import { InvalidRequest } from "@lead-gateway/api-contract"
import { isJsonObject, type JsonObject, parse, type ParseOptions } from "@lead-gateway/lossless-json"
import { Effect, Result } from "effect"
import type { HttpServerRequest } from "effect/http"

/**
 * The body of a request whose numbers keep every digit. The payload that a handler gets was read with `JSON.parse`, which
 * rounds them.
 *
 * Fails with what senders of webhooks are told as well: nested too deep, a number with too large an exponent.
 */
export const losslessBody = (
  request: HttpServerRequest.HttpServerRequest,
  options: ParseOptions = {},
): Effect.Effect<JsonObject, InvalidRequest> =>
  Effect.flatMap(Effect.orDie(request.text), (text) => {
    const parsed = parse(text, options)
    if (Result.isFailure(parsed)) return Effect.fail(new InvalidRequest({ error: parsed.failure.message }))
    return isJsonObject(parsed.success)
      ? Effect.succeed(parsed.success)
      : Effect.fail(new InvalidRequest({ error: "the body must be a JSON object" }))
  })
