import {
  compileVerifierOrThrow,
  prepareSecrets,
  type Secrets,
  type Verdict,
  verify,
  type WebhookHeaders,
} from "@lead-gateway/webhook-verifier"
import { Result } from "effect"
import type { Vector } from "./vectors.ts"

/** What differs from a vector. */
export interface Change {
  readonly headers?: WebhookHeaders
  readonly body?: string | Uint8Array
  readonly method?: string
  readonly url?: string
  readonly now?: number
  readonly secrets?: ReadonlyArray<string>
}

const secretsOf = (document: Vector["document"], secrets: ReadonlyArray<string>): Secrets =>
  Result.getOrThrow(prepareSecrets(compileVerifierOrThrow(document), secrets))

/** Verifies a vector, or what a change makes of it. */
export const verdictOf = (vector: Vector, change: Change = {}): Verdict => {
  const rawBody = change.body ?? vector.body
  return verify(compileVerifierOrThrow(vector.document), {
    method: change.method ?? vector.method ?? "POST",
    url: change.url ?? vector.url ?? "/webhooks/leads",
    headers: { ...vector.headers, ...change.headers },
    rawBody: typeof rawBody === "string" ? Buffer.from(rawBody) : rawBody,
    now: change.now ?? vector.now ?? 0,
    secrets: secretsOf(vector.document, change.secrets ?? [vector.secret]),
  })
}

/** The reason of a refusal, or `Accepted`. */
export const said = (verdict: Verdict): string => (verdict._tag === "Refused" ? verdict.reason : verdict._tag)
