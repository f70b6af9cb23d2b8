/** Secrets in requests: how they are checked. */
import { Redacted } from "effect"
import { createHash, timingSafeEqual } from "node:crypto"

/**
 * Makes a constant-time check whether a text is one of the secrets: the digests of all are compared, whichever one
 * matches.
 */
export const makeVerifier = (secrets: ReadonlyArray<Redacted.Redacted>) => {
  const digests = secrets.map((secret) => digest(Redacted.value(secret)))
  return (candidate: string | undefined): boolean => {
    const given = digest(candidate ?? "")
    let matches = false
    for (const known of digests) matches = timingSafeEqual(known, given) || matches
    return matches && candidate !== undefined
  }
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest()
