import { OperatorAuth, Unauthorized } from "@lead-gateway/api-contract"
import { Effect, Layer, Option, Redacted } from "effect"
import { makeVerifier } from "./Secrets.ts"

/** Lets operators in by their bearer token; everybody when there are no tokens. */
export const operatorAuth = (
  tokens: Option.Option<ReadonlyArray<Redacted.Redacted>>,
): Layer.Layer<OperatorAuth> => {
  const isLetIn = Option.match(tokens, { onNone: () => () => true, onSome: makeVerifier })
  return Layer.succeed(OperatorAuth, {
    operatorToken: (answer, { credential }) =>
      isLetIn(Redacted.value(credential)) ? answer : Effect.fail(new Unauthorized()),
  })
}
