import type { SenderSettings } from "@lead-gateway/config"
import { LeadQueue } from "@lead-gateway/lead-queue"
import {
  LeadDatabase,
  LeadIntake,
  type Received,
  type StoreBusy,
  type StoreError,
  StoreUnavailable,
} from "@lead-gateway/lead-store"
import { type Handler, type HttpResponse, respond, sendJson, Telemetry, Tracing } from "@lead-gateway/runtime"
import { Cause, Effect, Result } from "effect"
import { hash } from "node:crypto"
import type { Admission } from "./Admission.ts"
import * as Answer from "./Answer.ts"
import { free } from "./largeBodies.ts"
import { refuseOverload } from "./Overloaded.ts"
import { makePayloadReader } from "./payloadOf.ts"
import type { BodyReader, BodyRefusal } from "./RequestBody.ts"
import { makeSenderKey } from "./senderKey.ts"
import type { SenderLimit } from "./SenderLimit.ts"
import type { PendingSender, SenderVerification } from "./SenderVerification.ts"
import { makeStoreTrace } from "./storeTrace.ts"

/** What intake requires of a webhook. */
export interface IntakeOptions {
  /** Refuses webhooks that are too many, with 503 before anything else is checked. */
  readonly admission: Admission
  /** Reads bodies, and counts what is held of them until their leads are answered. */
  readonly bodies: BodyReader
  /** Absent without `INTAKE_RATE_LIMIT`. */
  readonly senderLimit?: SenderLimit | undefined
  /** Decides who may send. */
  readonly verification: SenderVerification
  readonly senders: SenderSettings
  /** The largest JSON text that a form may become. */
  readonly maxBodyBytes: number
}

/**
 * `POST /webhooks/leads`: the one route whose speed matters. It works on Node's own request, with plain functions: an
 * accepted webhook costs no fiber, no effect and no promise.
 *
 * Checks in this order: 503 in overload, 429, 401, 415, 413, 503 where the byte budget has no room, 400. 429 comes after 401
 * where senders are counted by their credentials. A signature is of the body: where the head of the webhook is right so far, the body is read (413, 503) before 401 and 415. Answers 503 also when
 * Postgres does not confirm the commit, 422 when the webhook's key stands for another body, and 200 once the lead is
 * committed; then, unless it came before, the lead's id is also offered to the queue.
 */
export const makeIntake = Effect.fnUntraced(function* (options: IntakeOptions) {
  const { admission, bodies, senderLimit, verification } = options
  const { receive } = yield* LeadIntake
  const queue = yield* LeadQueue
  const trace = makeStoreTrace(yield* Tracing)
  const run = Effect.runForkWith(yield* Effect.context())
  const isReady = yield* readiness
  const payloads = makePayloadReader({ ...options.senders, maxBytes: options.maxBodyBytes })
  const senderKeyOf = makeSenderKey(options.senders)

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

  /** Refuses a webhook whose sender has proved nothing: it counts for its address. */
  const refuseUnknown = (response: HttpResponse, answer: Answer.Answer): void => {
    senderLimit?.identified(response.req, undefined)
    refuse(response, answer)
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

  const finish = (response: HttpResponse, result: Result.Result<Received, StoreError | StoreBusy>): void => {
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
      const received = result.success
      if (received._tag === "KeyConflict") return refuse(response, Answer.keyConflict)
      if (received._tag === "Undecided") return refuseUnstored(response, undecided)
      const id = received.leadId
      facts.leadId = id
      if (received._tag === "Duplicate") {
        facts.isDuplicate = true
        sendJson(response, Answer.duplicateReceipt(id, received.correlationId))
        if (response.destroyed) response.conclude(false)
        return
      }
      admission.countAccepted()
      queue.offerUnsafe([id])
      sendJson(response, Answer.receipt(id, response.correlationId))
      if (response.destroyed) response.conclude(false)
    } catch (defect) {
      fail(response, defect)
    }
  }

  const store = (
    response: HttpResponse,
    body: Buffer | BodyRefusal,
    pending: PendingSender | undefined,
  ): void => {
    try {
      if (typeof body === "string") {
        return (pending === undefined ? refuse : refuseUnknown)(response, unread[body])
      }
      const { facts, req: request } = response
      facts.readAt = performance.now()
      facts.bodyBytes = body.length
      if (pending !== undefined && senderLimit !== undefined) {
        const waitMs = senderLimit.bodyRead(request)
        if (waitMs > 0) return refuse(response, Answer.tooManyRequests(waitMs))
      }
      const sender = pending === undefined ? undefined : verification.verifyBody(pending, body)
      if (sender?._tag === "Refused") return refuseUnknown(response, sender.answer)
      if (sender !== undefined && senderLimit !== undefined) {
        const waitMs = senderLimit.identified(request, sender.credential)
        if (waitMs > 0) return refuse(response, Answer.tooManyRequests(waitMs))
      }
      const otherType = sender === undefined ? undefined : payloads.otherType(request.headers)
      if (otherType !== undefined) return refuse(response, otherType)
      const payload = payloads.read(body, request.headers)
      if ("status" in payload) return refuse(response, payload)
      const bodyHash = digest(body)
      const senderKey = senderKeyOf({ request, payload: payload.value, bodyHash, sender })
      if (senderKey !== undefined && "status" in senderKey) return refuse(response, senderKey)
      if (!isReady()) return refuse(response, Answer.databaseError)
      const lead = {
        payload: payload.text,
        sourceHeaders: trace.headers(response),
        payloadHash: Buffer.from(bodyHash, "binary"),
        correlationId: response.correlationId,
        queuePatienceMs: queue.patienceMs(),
        senderKey,
      }
      const size = heldWhileStored(body.length, payload.text.length, lead.sourceHeaders.length)
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
    const arrivedWaitMs = senderLimit === undefined ? 0 : senderLimit.arrived(request)
    if (arrivedWaitMs > 0) return refuse(response, Answer.tooManyRequests(arrivedWaitMs))
    const sender = verification.verifyHead(request)
    if (sender._tag === "Refused") return refuseUnknown(response, sender.answer)
    const pending = sender._tag === "Pending" ? sender : undefined
    if (sender._tag === "Accepted" && senderLimit !== undefined) {
      const waitMs = senderLimit.identified(request, sender.credential)
      if (waitMs > 0) return refuse(response, Answer.tooManyRequests(waitMs))
    }
    const unreadable =
      // What cannot be decoded cannot be verified either.
      payloads.otherEncoding(request.headers) ??
      (pending === undefined ? payloads.otherType(request.headers) : undefined)
    if (unreadable !== undefined) {
      return (pending === undefined ? refuse : refuseUnknown)(response, unreadable)
    }
    bodies.read(response, (body) => store(response, body, pending))
  }
  return handler
})

/** SHA-256 as a binary string. This way a buffer of it takes half the time that Node needs to return one. */
const digest = (body: Buffer): string => hash("sha256", body, "binary")

/** A webhook with the same key was just being stored, and what came of it could not be read. */
const undecided = new StoreUnavailable({ operation: "LeadIntake.receive" })

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

const unread: Readonly<Record<BodyRefusal, Answer.Answer>> = {
  TooLarge: Answer.payloadTooLarge,
  TooManyChunks: Answer.tooManyChunks,
  Busy: Answer.busy,
  Malformed: Answer.malformed(),
  Aborted: Answer.malformed(),
}
