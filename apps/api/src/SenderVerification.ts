/**
 * Who may send webhooks: by `X-Shared-Secret`, by a signature, or by a token or key of a verifier, whichever are
 * configured.
 *
 * What the head alone decides is decided before the body is read: a shared secret, a token, a missing signature, a time out
 * of tolerance. A signature is of the body as it was before a transfer or content coding, so it needs the whole body, and
 * is compared by `verifyBody`. An accepted webhook costs no fiber, no effect and no promise.
 */
import type { AuthSettings, SenderVerifier } from "@lead-gateway/config"
import {
  type Accepted,
  checkBody,
  checkHead,
  type Pending,
  type Reason,
  reasons,
} from "@lead-gateway/webhook-verifier"
import { Option } from "effect"
import type { IncomingMessage } from "node:http"
import * as Answer from "./Answer.ts"
import { makeSecretSearch } from "./Secrets.ts"

/** A sender whose webhook's body decides: by one of these verifiers. */
export interface PendingSender {
  readonly _tag: "Pending"
  readonly by: SenderVerifier
  readonly head: Pending
  /** Where several verifiers may be the one that is meant. */
  readonly next: PendingSender | undefined
  /** What else was wrong with the head, for the log. */
  readonly refusal: Why | undefined
}

/** Why a sender is not let in. */
type Why = Reason | "SharedSecretMismatch"

/** A sender that is not let in. */
export interface RefusedSender {
  readonly _tag: "Refused"
  readonly answer: Answer.Answer
}

/** A sender that is let in. */
export interface AcceptedSender extends Omit<Accepted, "secretIndex"> {
  /** The credential that the sender has proved to know, without its value: `shared secret 1`. Absent where none is asked for. */
  readonly credential?: string
  /** Until when a copy of the webhook would be let in as well, if its time is signed; in milliseconds since 1970. */
  readonly replayableUntilMs?: number
}

/** Checks senders. */
export interface SenderVerification {
  /** Checks the head of a webhook. */
  readonly verifyHead: (request: IncomingMessage) => AcceptedSender | PendingSender | RefusedSender
  /** Checks the body, decompressed, of a webhook whose head was right. */
  readonly verifyBody: (sender: PendingSender, body: Uint8Array) => AcceptedSender | RefusedSender
}

/** Makes the check; with no authentication, every sender is let in. */
export const makeSenderVerification = (auth: Option.Option<AuthSettings>): SenderVerification => {
  const { sharedSecrets, verifiers } = Option.getOrElse(auth, () => nobody)
  const sharedSecretOf = makeSecretSearch(sharedSecrets)
  const acceptedByShared = sharedSecrets.map((_, index) => acceptedBy(`shared secret ${index + 1}`))
  const credentials = new Map(verifiers.map((by, index) => [by, credentialsOf(by, `verifier ${index + 1}`)]))

  const withCredential = (verdict: Accepted, by: SenderVerifier): AcceptedSender => {
    const { secretIndex, ...rest } = verdict
    return { ...rest, ...credentials.get(by)?.[secretIndex] }
  }

  const verifyHead: SenderVerification["verifyHead"] = (request) => {
    const { headers } = request
    const shared = headers["x-shared-secret"]
    const acceptedShared =
      shared === undefined ? undefined : acceptedByShared[sharedSecretOf(shared.toString())]
    if (acceptedShared !== undefined) return acceptedShared
    const isWrong = shared !== undefined && sharedSecrets.length > 0
    if (verifiers.length === 0) return isWrong ? refusedFor("SharedSecretMismatch") : unauthorized
    let pending: PendingSender | undefined
    let refusal = isWrong ? ("SharedSecretMismatch" as Why) : undefined
    const now = Date.now()
    for (const by of verifiers) {
      const head = checkHead(by.verifier, {
        method: request.method ?? "POST",
        url: request.url ?? "/",
        headers,
        now,
        secrets: by.secrets,
      })
      if (head._tag === "Accepted") return withCredential(head, by)
      if (head._tag === "Pending") pending = { _tag: "Pending", by, head, next: pending, refusal }
      else refusal = telling(refusal, head.reason)
    }
    return pending ?? refusedFor(refusal)
  }

  const verifyBody: SenderVerification["verifyBody"] = (sender, body) => {
    let refusal = sender.refusal
    for (let one: PendingSender | undefined = sender; one !== undefined; one = one.next) {
      const verdict = checkBody(one.by.verifier, one.head, body, one.by.secrets)
      if (verdict._tag === "Accepted") return withReplays(withCredential(verdict, one.by), one.by)
      refusal = telling(refusal, verdict.reason)
    }
    return refusedFor(refusal)
  }

  return Option.isNone(auth) ? { verifyHead: () => accepted, verifyBody } : { verifyHead, verifyBody }
}

const nobody: Pick<AuthSettings, "sharedSecrets" | "verifiers"> = { sharedSecrets: [], verifiers: [] }

const withReplays = (verdict: AcceptedSender, { verifier: { scheme } }: SenderVerifier): AcceptedSender =>
  verdict.timestampMs === undefined || scheme.kind !== "signature" || scheme.timestamp === undefined
    ? verdict
    : { ...verdict, replayableUntilMs: verdict.timestampMs + scheme.timestamp.toleranceMs }

const accepted: AcceptedSender = { _tag: "Accepted" }

const acceptedBy = (credential: string): AcceptedSender => ({ _tag: "Accepted", credential })

/** The credentials of a verifier, by the places of its secrets. */
const credentialsOf = ({ secrets: { digests, keys } }: SenderVerifier, name: string) =>
  [...keys, ...digests].map((_, index) => ({ credential: `${name}, secret ${index + 1}` }))

const unauthorized: RefusedSender = { _tag: "Refused", answer: Answer.unauthorized }

/** Of two reasons the one that tells more: that a sender lacks what another one has is no news. */
const telling = (first: Why | undefined, second: Why): Why =>
  first === undefined || first.endsWith("Missing") ? second : first

/** The same answer for all, and the reason in the log. */
const refusals = new Map(
  Object.entries({ ...reasons, SharedSecretMismatch: "the shared secret is another one" }).map(
    ([reason, words]): [string, RefusedSender] => [
      reason,
      { _tag: "Refused", answer: { ...Answer.unauthorized, reason: `unauthorized: ${words}` } },
    ],
  ),
)

const refusedFor = (reason: Why | undefined): RefusedSender => refusals.get(reason ?? "") ?? unauthorized
