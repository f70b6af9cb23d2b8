import { Redacted } from "effect"
import { createHash, timingSafeEqual } from "node:crypto"

/**
 * Tells whether a text is one of the secrets, in a time that tells nothing of them: the digests are compared,
 * all of them, whichever one fits.
 */
export const makeVerifier = (secrets: ReadonlyArray<Redacted.Redacted>) => {
  const digests = secrets.map((secret) => digest(Redacted.value(secret)))
  return (candidate: string | undefined): boolean => {
    const given = digest(candidate ?? "")
    let found = false
    for (const known of digests) found = timingSafeEqual(known, given) || found
    return found && candidate !== undefined
  }
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest()
