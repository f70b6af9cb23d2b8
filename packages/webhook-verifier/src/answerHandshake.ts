import { createHmac } from "node:crypto"
import type { CompiledVerifier } from "./CompiledVerifier.ts"
import { compareAll } from "./internal/compareAll.ts"
import { digestOf, type Secrets } from "./Secrets.ts"
import { type Refused, refused } from "./Verdict.ts"

/** The answer to a handshake: status 200 and this content. */
export interface HandshakeAnswer {
  readonly _tag: "Answered"
  readonly contentType: "text/plain" | "application/json"
  /** ASCII. */
  readonly body: string
}

/** Whether a verifier answers a handshake with these secrets: one with tokens needs a token. */
export const hasHandshake = ({ handshake }: CompiledVerifier, secrets: Secrets): boolean =>
  handshake?.kind === "echo" ? secrets.handshakeDigests.length > 0 : handshake?.kind === "hmac"

/**
 * Answers a GET request by which a sender asks whether this is its receiver, such as Meta and LinkedIn do; `url` is the
 * target of the request.
 *
 * A challenge is sent back as it came, so it must be a short text of letters, digits, `.`, `_` and `-`; one that is signed
 * must be a UUID, so that nobody gets anything else signed by asking. It is signed by the first secret.
 */
export const answerHandshake = (
  { handshake, scheme }: CompiledVerifier,
  { secrets, url }: { readonly url: string; readonly secrets: Secrets },
): HandshakeAnswer | Refused => {
  const query = url.indexOf("?")
  const parameters = new URLSearchParams(query < 0 ? "" : url.slice(query + 1).replace(/#.*$/s, ""))
  if (handshake === undefined) return refused("ChallengeMissing")
  const [challenge, ...others] = parameters.getAll(handshake.challenge)
  if (challenge === undefined) return refused("ChallengeMissing")
  if (others.length > 0) return refused("ChallengeMalformed")

  if (handshake.kind === "echo") {
    const { token, where = {} } = handshake
    const isMeant = Object.entries(where).every(([name, value]) => parameters.get(name) === value)
    if (!isMeant || !/^[\w.-]{1,256}$/.test(challenge)) return refused("ChallengeMalformed")
    const [given, ...more] = parameters.getAll(token)
    if (given === undefined || given === "") return refused("TokenMissing")
    if (more.length > 0 || compareAll(secrets.handshakeDigests, [digestOf(given)]) < 0) {
      return refused("TokenMismatch")
    }
    return { _tag: "Answered", contentType: "text/plain", body: challenge }
  }

  const [key] = secrets.keys
  if (!uuid.test(challenge) || scheme.kind !== "signature" || key === undefined) {
    return refused("ChallengeMalformed")
  }
  const response = createHmac(scheme.algorithm, key).update(challenge).digest("hex")
  const body = JSON.stringify({ [handshake.challenge]: challenge, [handshake.response]: response })
  return { _tag: "Answered", contentType: "application/json", body }
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
