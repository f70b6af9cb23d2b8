import { LeadQueue } from "@lead-gateway/lead-queue"
import { LeadDatabase, LeadIntake, needsMending, storableJson } from "@lead-gateway/lead-store"
import { isJsonObject, parse, stringify } from "@lead-gateway/lossless-json"
import { type Handler, respond } from "@lead-gateway/runtime"
import { type CorrelationId, Telemetry } from "@lead-gateway/telemetry"
import { Effect, Option, type Redacted, Result } from "effect"
import { hash } from "node:crypto"
import type { IncomingHttpHeaders, IncomingMessage } from "node:http"
import * as Answer from "./Answer.ts"
import { isReadableEncoding, readBody } from "./RequestBody.ts"
import { makeVerifier } from "./Secrets.ts"
import { sourceHeaders } from "./SourceHeaders.ts"

/** What intake asks of a webhook. */
export interface IntakeOptions {
  readonly maxBodyBytes: number
  /** Values of `X-Shared-Secret` that are let in; none when everybody is. */
  readonly sharedSecrets: Option.Option<ReadonlyArray<Redacted.Redacted>>
}

/**
 * `POST /webhooks/leads`: the one route whose speed matters, so it works on Node's own request, beside the
 * router that serves the others.
 *
 * Answers 401, 415, 413 and 400 in that order, 503 when Postgres does not confirm, and 200 once the lead is
 * committed. The queue is told after the answer is certain.
 */
export const makeIntake = Effect.fnUntraced(function* (options: IntakeOptions) {
  const database = yield* LeadDatabase
  const store = yield* LeadIntake
  const queue = yield* LeadQueue
  const run = Effect.runForkWith(yield* Effect.context())
  const isLetIn = Option.match(options.sharedSecrets, {
    onNone: () => () => true,
    onSome: (secrets) => {
      const verify = makeVerifier(secrets)
      return (request: IncomingMessage) => verify(request.headers["x-shared-secret"]?.toString())
    },
  })

  const accept = Effect.fnUntraced(function* (request: IncomingMessage, correlationId: string) {
    if (!isLetIn(request)) return Answer.unauthorized
    if (!isReadable(request.headers)) return Answer.unsupportedMediaType
    const body = yield* readBody(request, options.maxBodyBytes)
    const payload = payloadOf(body)
    if (Result.isFailure(payload)) return payload.failure
    if (!(yield* database.isReady)) return Answer.databaseError
    const id = yield* store.receive({
      payload: payload.success,
      sourceHeaders: sourceHeaders(request.headers),
      payloadHash: hash("sha256", body),
      correlationId,
      queuePatience: yield* queue.patience,
    })
    yield* queue.offer([id])
    yield* Telemetry.withLeadId(id)(Effect.logInfo("lead received"))
    return Answer.received(id)
  })

  const answer = (
    request: IncomingMessage,
    correlationId: CorrelationId.CorrelationId,
  ): Effect.Effect<Answer.Answer> =>
    accept(request, correlationId).pipe(
      Effect.catchTags({
        RequestBodyRefused: ({ reason }) =>
          Effect.succeed(reason === "TooLarge" ? Answer.payloadTooLarge : Answer.malformed()),
        // Everything that Postgres is known to refuse is mended or answered before; a 400 beats a sender's endless retry.
        DataRefused: (error) => Effect.as(Effect.logWarning(error.message), Answer.malformed()),
        StoreUnavailable: (error) => Effect.as(Effect.logError(error.message), Answer.databaseError),
      }),
      Effect.tap(({ reason, status }) =>
        reason !== undefined && status < 500 && !isGone(request)
          ? Effect.annotateLogs(Effect.logInfo("webhook refused"), { status_code: status, reason })
          : Effect.void,
      ),
      Effect.catchCause((cause) => Effect.as(Effect.logError("intake failed", cause), Answer.internalError)),
      Telemetry.withCorrelationId(correlationId),
    )

  const handler: Handler = (request, response, correlationId) => {
    run(Effect.map(answer(request, correlationId), (answer) => respond(response, answer)))
  }
  return handler
})

/** Whether the sender has gone in the middle of its request: nobody reads the answer, and none is told of. */
const isGone = (request: IncomingMessage): boolean => request.destroyed && !request.complete

/** JSON by its content type, or none given; in an encoding that can be undone. */
const isReadable = (headers: IncomingHttpHeaders): boolean => {
  const type = headers["content-type"]?.split(";", 1)[0]?.trim().toLowerCase() ?? ""
  return (
    (type === "" || type === "application/json" || /^[^/]+\/[^/]+\+json$/.test(type)) &&
    isReadableEncoding(headers["content-encoding"])
  )
}

/** JSON is UTF-8 (RFC 8259); other bytes are no JSON, rather than a lead with other letters in it. */
const utf8 = new TextDecoder("utf-8", { fatal: true })

/** The payload as storable JSON text, or what it is answered. */
const payloadOf = (body: Uint8Array): Result.Result<string, Answer.Answer> => {
  const text = Result.try({ try: () => utf8.decode(body), catch: () => Answer.malformed() })
  if (Result.isFailure(text)) return text
  const value = parse(text.success)
  if (Result.isFailure(value)) {
    const { message, reason } = value.failure
    return Result.fail(reason === "Syntax" ? Answer.malformed() : Answer.malformed(message))
  }
  if (!isJsonObject(value.success)) return Result.fail(Answer.malformed())
  return needsMending(text.success) ? Result.succeed(stringify(storableJson(value.success))) : text
}
