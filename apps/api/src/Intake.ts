import type { LeadId } from "@lead-gateway/lead"
import { LeadQueue } from "@lead-gateway/lead-queue"
import { LeadDatabase, LeadIntake, type StoreBusy, type StoreError } from "@lead-gateway/lead-store"
import { type Handler, type HttpResponse, LineLog, respond, sendJson, Telemetry } from "@lead-gateway/runtime"
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
import { sourceHeaders } from "./StoredHeaders.ts"

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
  const log = yield* LineLog
  const run = Effect.runForkWith(yield* Effect.context())
  const isReady = yield* readiness
  const isAuthorized = senderCheck(sharedSecrets)

  const logReceived = log.prepare("info", "lead received", ["correlation_id", "lead_id"])
  const logRefused = log.prepare("info", "webhook refused", ["correlation_id", "status_code", "reason"])

  const refuse = (response: HttpResponse, answer: Answer.Answer): void => {
    bodies.giveBack(response)
    if (answer.status < 500 && !isGone(response.req)) {
      logRefused(response.correlationId, answer.status, answer.reason)
    }
    respond(response, answer)
  }

  const refuseUnstored = (response: HttpResponse, error: StoreError): void => {
    // SQLSTATE class 22 (data exception) concerns the payload's text. Class 23 (constraint violation) concerns the tables:
    // a newer release has added constraints that this one does not meet. The sender should try again, and may reach that
    // release.
    const isMalformed = error._tag === "DataRefused" && error.sqlState.startsWith("22")
    log.prepare(isMalformed ? "warn" : "error", error.message, ["correlation_id"])(response.correlationId)
    // Text that Postgres is known to refuse was replaced or answered before; for anything else, 400 ends the retries.
    refuse(response, isMalformed ? Answer.malformed() : Answer.databaseError)
  }

  /** Answers a bug with 500; only the log has the cause. */
  const fail = (response: HttpResponse, defect: unknown): void => {
    const { correlationId } = response
    bodies.giveBack(response)
    run(Telemetry.withCorrelationId(correlationId)(Effect.logError("intake failed", Cause.die(defect))))
    respond(response, Answer.internalError)
  }

  const finish = (response: HttpResponse, result: Result.Result<LeadId, StoreError | StoreBusy>): void => {
    try {
      bodies.giveBack(response)
      if (Result.isFailure(result)) {
        if (result.failure._tag !== "StoreBusy") return refuseUnstored(response, result.failure)
        admission.countWaited()
        return refuseOverload(response)
      }
      const id = result.success
      admission.countAccepted()
      queue.offerUnsafe([id])
      logReceived(response.correlationId, id)
      sendJson(response, Answer.receipt(id, response.correlationId))
    } catch (defect) {
      fail(response, defect)
    }
  }

  const store = (response: HttpResponse, body: Buffer | BodyRefusal): void => {
    try {
      if (typeof body === "string") return refuse(response, unread[body])
      const payload = payloadOf(body)
      if (typeof payload !== "string") return refuse(response, payload)
      if (!isReady()) return refuse(response, Answer.databaseError)
      const lead = {
        payload,
        sourceHeaders: sourceHeaders(response.req.headers),
        payloadHash: digest(body),
        correlationId: response.correlationId,
        queuePatienceMs: queue.patienceMs(),
      }
      const size = heldWhileStored(body.length, payload.length, lead.sourceHeaders.length)
      free(body)
      if (!bodies.hold(response, size)) return refuse(response, Answer.busy)
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

/** Whether the sender disconnected in the middle of its request: then nobody reads the answer, and none is logged. */
const isGone = (request: IncomingMessage): boolean => request.destroyed && !request.complete

/** Whether the content type is JSON, or absent, and the encoding can be decoded. */
const isReadable = (headers: IncomingHttpHeaders): boolean =>
  isJson(headers["content-type"]) && isReadableEncoding(headers["content-encoding"])

const isJson = (header = ""): boolean => {
  if (header === "application/json") return true
  const type = header.split(";", 1)[0]?.trim().toLowerCase() ?? ""
  return type === "" || type === "application/json" || /^[^/]+\/[^/]+\+json$/.test(type)
}
