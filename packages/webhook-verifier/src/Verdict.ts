/** What a verification says of a webhook. */

/** The webhook is from who knows one of the secrets. */
export interface Accepted {
  readonly _tag: "Accepted"
  /** The place of the secret that the sender knows in the verifier's list, from 0; of several the first. */
  readonly secretIndex: number
  /** The id of the message, if the sender signs one. */
  readonly id?: string
  /** When it was signed, in milliseconds since 1970, if the sender signs that. */
  readonly timestampMs?: number
  /**
   * The same for every copy of one signed request, whatever of its signatures a copy has: what a replay is known by. The
   * id, else a hash of the time and the body. Absent for tokens and keys, which say nothing of the body.
   */
  readonly replayKey?: string
}

/** The webhook is not to be trusted. */
export interface Refused {
  readonly _tag: "Refused"
  readonly reason: Reason
}

/** What a verification says. */
export type Verdict = Accepted | Refused

/** Why a webhook is refused. For logs: it quotes nothing of a request. */
export type Reason = keyof typeof reasons

/** The reasons in words. */
export const reasons = {
  SignatureMissing: "no signature",
  SignatureMalformed: "the signature is malformed",
  TooManySignatures: "too many signatures",
  SignatureMismatch: "the signature is of another body, time or secret",
  TimestampMissing: "no timestamp",
  TimestampMalformed: "the timestamp is malformed",
  TimestampTooOld: "the timestamp is too old",
  TimestampInFuture: "the timestamp is in the future",
  IdMissing: "no id",
  IdMalformed: "the id is malformed",
  HeaderMissing: "a signed header is missing",
  TokenMissing: "no token",
  TokenMismatch: "the token is another one",
  KeyMissing: "no key in the body",
  KeyMismatch: "the key in the body is another one",
  ChallengeMissing: "no challenge",
  ChallengeMalformed: "the challenge is malformed",
} as const

/** One value for each reason: a refusal makes no object. */
const refusals = Object.fromEntries(
  Object.keys(reasons).map((reason) => [reason, { _tag: "Refused", reason }]),
) as Readonly<Record<Reason, Refused>>

/** The refusal for a reason. */
export const refused = (reason: Reason): Refused => refusals[reason]
