import { OperatorAuth, Unauthorized } from "@lead-gateway/api-contract"
import { Effect, Layer, Option, Redacted } from "effect"
import { createHash, timingSafeEqual } from "node:crypto"

/**
 * Makes a check whether a text is one of the secrets. How long it takes reveals nothing: the digests of all are
 * compared, whichever one matches.
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

/** Admits operators by their bearer token; without tokens, everybody. */
export const operatorAuth = (
  tokens: Option.Option<ReadonlyArray<Redacted.Redacted>>,
): Layer.Layer<OperatorAuth> => {
  const isLetIn = Option.match(tokens, { onNone: () => () => true, onSome: makeVerifier })
  return Layer.succeed(OperatorAuth, {
    operatorToken: (answer, { credential }) =>
      isLetIn(Redacted.value(credential)) ? answer : Effect.fail(new Unauthorized()),
  })
}
