import type { LeadId } from "@lead-gateway/lead"
import { LeadQueue } from "@lead-gateway/lead-queue"
import { LeadDatabase, LeadIntake, type StoreBusy, type StoreError } from "@lead-gateway/lead-store"
import { type Handler, type HttpResponse, respond, sendJson, Telemetry, Tracing } from "@lead-gateway/runtime"
import { Cause, Effect, Option, type Redacted, Result } from "effect"
import { hash } from "node:crypto"
import type { IncomingHttpHeaders, IncomingMessage } from "node:http"
import type { Admission } from "./Admission.ts"
import * as Answer from "./Answer.ts"
import { isReadableEncoding } from "./decompress.ts"
import { free } from "./largeBodies.ts"
import { refuseOverload } from "./Overloaded.ts"
import { payloadOf } from "./payloadOf.ts"
import type { BodyReader, BodyRefusal } from "./RequestBody.ts"
import { makeVerifier } from "./Secrets.ts"
import { makeStoreTrace } from "./storeTrace.ts"

/** What intake requires of a webhook. */
export interface IntakeOptions {
  /** Refuses webhooks that are too many, with 503 before anything else is checked. */
  readonly admission: Admission
  /** Reads bodies, and counts what is held of them until their leads are answered. */
  readonly bodies: BodyReader
  /** Milliseconds until the sender of a webhook may send again, 0 when it may now; absent without `INTAKE_RATE_LIMIT`. */
  readonly senderWaitMs?: ((request: IncomingMessage) => number) | undefined
  /** The accepted values of `X-Shared-Secret`; with none, every sender is accepted. */
  readonly sharedSecrets: Option.Option<ReadonlyArray<Redacted.Redacted>>
}

/**
 * `POST /webhooks/leads`: the one route whose speed matters. It works on Node's own request, with plain functions: an
 * accepted webhook costs no fiber, no effect and no promise.
 *
 * Checks in this order: 503 in overload, 429, 401, 415, 413, 503 where the byte budget has no room, 400. Answers 503 also when
 * Postgres does not confirm the commit, and 200 once the lead is committed; then the lead's id is also offered to the queue.
 */
export const makeIntake = Effect.fnUntraced(function* (options: IntakeOptions) {
  const { admission, bodies, senderWaitMs, sharedSecrets } = options
  const { receive } = yield* LeadIntake
  const queue = yield* LeadQueue
  const trace = makeStoreTrace(yield* Tracing)
  const run = Effect.runForkWith(yield* Effect.context())
  const isReady = yield* readiness
  const isAuthorized = senderCheck(sharedSecrets)

  const refuse = (response: HttpResponse, answer: Answer.Answer): void => {
    bodies.giveBack(response)
    response.facts.reason = answer.reason
    // Like other answers in overload.
    if (answer === Answer.busy) response.facts.isSilent = true
    respond(response, answer)
    if (response.destroyed) response.conclude(false)
  }

  const refuseUnstored = (response: HttpResponse, error: StoreError): void => {
    // SQLSTATE class 22 (data exception) concerns the payload's text. Class 23 (constraint violation) concerns the tables:
    // a newer release has added constraints that this one does not meet. The sender should try again, and may reach that
    // release.
    const isMalformed = error._tag === "DataRefused" && error.sqlState.startsWith("22")
    response.facts.level = isMalformed ? "warn" : "error"
    response.facts.cause = error.message
    // Text that Postgres is known to refuse was replaced or answered before; for anything else, 400 ends the retries.
    refuse(response, isMalformed ? Answer.malformed() : Answer.databaseError)
  }

  /** Answers a bug with 500; only the log has the cause. */
  const fail = (response: HttpResponse, defect: unknown): void => {
    const { correlationId, facts } = response
    bodies.giveBack(response)
    facts.level = "error"
    facts.reason = Answer.internalError.reason
    run(Telemetry.withCorrelationId(correlationId)(Effect.logError("intake failed", Cause.die(defect))))
    respond(response, Answer.internalError)
    if (response.destroyed) response.conclude(false)
  }

  const finish = (response: HttpResponse, result: Result.Result<LeadId, StoreError | StoreBusy>): void => {
    try {
      const { facts } = response
      bodies.giveBack(response)
      facts.isAwaited = false
      facts.storedAt = performance.now()
      trace.ended(response, result)
      if (Result.isFailure(result)) {
        if (result.failure._tag !== "StoreBusy") return refuseUnstored(response, result.failure)
        admission.countWaited()
        return refuseOverload(response)
      }
      const id = result.success
      admission.countAccepted()
      facts.leadId = id
      queue.offerUnsafe([id])
      sendJson(response, Answer.receipt(id, response.correlationId))
      if (response.destroyed) response.conclude(false)
    } catch (defect) {
      fail(response, defect)
    }
  }

  const store = (response: HttpResponse, body: Buffer | BodyRefusal): void => {
    try {
      if (typeof body === "string") return refuse(response, unread[body])
      const { facts } = response
      facts.readAt = performance.now()
      facts.bodyBytes = body.length
      const payload = payloadOf(body)
      if (typeof payload !== "string") return refuse(response, payload)
      if (!isReady()) return refuse(response, Answer.databaseError)
      const lead = {
        payload,
        sourceHeaders: trace.headers(response),
        payloadHash: digest(body),
        correlationId: response.correlationId,
        queuePatienceMs: queue.patienceMs(),
      }
      const size = heldWhileStored(body.length, payload.length, lead.sourceHeaders.length)
      free(body)
      if (!bodies.hold(response, size)) return refuse(response, Answer.busy)
      facts.isAwaited = true
      receive(lead, (result) => finish(response, result))
    } catch (defect) {
      fail(response, defect)
    }
  }

  const handler: Handler = (request, response) => {
    if (admission.refusal() !== undefined) return admission.answer(refuseOverload, response)
    const waitMs = senderWaitMs === undefined ? 0 : senderWaitMs(request)
    if (waitMs > 0) refuse(response, Answer.tooManyRequests(waitMs))
    else if (!isAuthorized(request)) refuse(response, Answer.unauthorized)
    else if (!isReadable(request.headers)) refuse(response, Answer.unsupportedMediaType)
    else bodies.read(response, (body) => store(response, body))
  }
  return handler
})

/** SHA-256. By way of a binary string it takes half the time that Node needs to return a buffer. */
const digest = (body: Buffer): Uint8Array => Buffer.from(hash("sha256", body, "binary"), "binary")

/**
 * What a lead takes until Postgres has confirmed it: its text, of which the heap holds two bytes for each character unless
 * it is ASCII, and twice its bytes, as the parameter of the statement and in the driver's message.
 */
const heldWhileStored = (bodyBytes: number, characters: number, headers: number): number =>
  (characters === bodyBytes ? 1 : 2) * characters + 2 * bodyBytes + 3 * headers

/** Whether leads can be stored: false until the schema is migrated, then true for good. */
const readiness = Effect.gen(function* () {
  const database = yield* LeadDatabase
  let isReady = yield* database.isReady
  const becomeReady = Effect.sync(() => {
    isReady = true
  })
  yield* Effect.forkScoped(Effect.ignore(Effect.andThen(database.ready, becomeReady)))
  return () => isReady
})

const senderCheck = (
  secrets: Option.Option<ReadonlyArray<Redacted.Redacted>>,
): ((request: IncomingMessage) => boolean) => {
  if (Option.isNone(secrets)) return () => true
  const verify = makeVerifier(secrets.value)
  return (request) => verify(request.headers["x-shared-secret"]?.toString())
}

const unread: Readonly<Record<BodyRefusal, Answer.Answer>> = {
  TooLarge: Answer.payloadTooLarge,
  TooManyChunks: Answer.tooManyChunks,
  Busy: Answer.busy,
  Malformed: Answer.malformed(),
  Aborted: Answer.malformed(),
}

/** Whether the content type is JSON, or absent, and the encoding can be decoded. */
const isReadable = (headers: IncomingHttpHeaders): boolean =>
  isJson(headers["content-type"]) && isReadableEncoding(headers["content-encoding"])

const isJson = (header = ""): boolean => {
  if (header === "application/json") return true
  const type = header.split(";", 1)[0]?.trim().toLowerCase() ?? ""
  return type === "" || type === "application/json" || /^[^/]+\/[^/]+\+json$/.test(type)
}
