/** Secrets in requests: how they are checked. */
import { Redacted } from "effect"
import { createHash, timingSafeEqual } from "node:crypto"

/**
 * Makes a constant-time search for the secret that a text is: its place in the list, -1 if it is none. The digests of all
 * are compared, whichever one matches.
 */
export const makeSecretSearch = (secrets: ReadonlyArray<Redacted.Redacted>) => {
  const digests = secrets.map((secret) => digest(Redacted.value(secret)))
  return (candidate: string | undefined): number => {
    const given = digest(candidate ?? "")
    let number = 0
    for (const [index, known] of digests.entries()) {
      number += (index + 1) * Number(timingSafeEqual(known, given)) * Number(number === 0)
    }
    return candidate === undefined ? -1 : number - 1
  }
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest()
