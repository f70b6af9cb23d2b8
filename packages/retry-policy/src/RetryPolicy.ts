import { expected, NotBlank, SchemaReference } from "@lead-gateway/document-check"
import { Schema } from "effect"
import { ClassificationRow } from "./ClassificationRow.ts"
import { durationForm, msOf, positiveDurationForm } from "./internal/duration.ts"
import { literals } from "./internal/literals.ts"

const year = msOf("365d")

const duration = (form: RegExp, least: string, description: string) => {
  const allowed = expected(`a duration such as 500ms, 5s, 10m, 1h or 2d, from ${least} to 365d`)
  return Schema.String.annotate({ ...allowed, description }).check(
    Schema.isPattern(form, allowed),
    // What has not the form is NaN, and has its mistake already.
    Schema.makeFilter((text: string) => !(msOf(text) > year) || allowed.message),
  )
}

const wait = (description: string) => duration(durationForm, "0s", description)

const positive = (description: string) => duration(positiveDurationForm, "1ms", description)

const kind = <const K extends string>(value: K, description: string) =>
  Schema.Literal(value).annotate({ description })

const base = positive("The wait before attempt 2.")

const factorAllowed = expected("a number from 1 to 1000")

/** How the waits between attempts grow. */
export const Backoff = Schema.Union([
  Schema.Struct({
    kind: kind("exponential", "Each wait is the one before it, multiplied by factor."),
    base,
    factor: Schema.optionalKey(
      Schema.Number.annotate({
        ...factorAllowed,
        description: "What each further wait is multiplied by. Default: 2.",
      }).check(
        Schema.isFinite(factorAllowed).abort(),
        Schema.isBetween({ minimum: 1, maximum: 1000 }, factorAllowed),
      ),
    ),
  }),
  Schema.Struct({
    kind: kind("linear", "Each wait is the one before it and step more."),
    base,
    step: wait("What is added to each further wait."),
  }),
  Schema.Struct({
    kind: kind("fixed", "The waits are those of a list."),
    waits: Schema.Array(wait("A wait between two attempts."))
      .annotate({
        ...expected("a list of durations"),
        description:
          "The waits before attempts 2, 3 and so on. The last one repeats if there are more attempts.",
      })
      .check(Schema.isBetweenLength(1, 999, expected("a list of 1 to 999 durations"))),
  }),
]).annotate({
  ...expected('a backoff: an object with the kind "exponential", "linear" or "fixed"'),
  description: "How the waits between attempts grow.",
})

const attemptsAllowed = expected("a whole number from 1 to 1000")

/**
 * How often a delivery is tried, how long it waits in between and what an outcome means: plain JSON, to be kept
 * in a file, a table or a message.
 *
 * Make it ready for use with `compile`, which finds more mistakes than this schema alone.
 */
export const RetryPolicy = Schema.Struct({
  $schema: SchemaReference,
  version: Schema.optionalKey(
    NotBlank.annotate({ description: "A name for this policy, so that it can be told which one decided." }),
  ),
  backoff: Backoff,
  cap: Schema.optionalKey(
    positive("The longest wait of an exponential or linear backoff, before jitter. Default: 30d."),
  ),
  max_attempts: Schema.optionalKey(
    Schema.Number.annotate({
      ...attemptsAllowed,
      description:
        "Attempts in all, the first one included. Required, but for a fixed list: there it is one more than the waits if it is left out.",
    }).check(
      Schema.isInt(attemptsAllowed).abort(),
      Schema.isBetween({ minimum: 1, maximum: 1000 }, attemptsAllowed),
    ),
  ),
  max_age: Schema.optionalKey(
    positive("How long after the first attempt the last one may begin. Default: however long it takes."),
  ),
  jitter: Schema.optionalKey(
    literals(
      ["none", "full", "equal"],
      "How chance spreads the waits: none; full: anything up to the whole wait; equal: between half of the wait and the whole. Default: none.",
    ),
  ),
  retry_after_cap: Schema.optionalKey(
    wait("The longest wait that a Retry-After header can ask for; 0s ignores it. Default: 24h."),
  ),
  classification: Schema.optionalKey(
    Schema.Array(ClassificationRow).annotate({
      ...expected("a list of rows"),
      description:
        "What outcomes mean. The first row that has an outcome decides; what no row has is decided by the default table.",
    }),
  ),
}).annotate(expected("an object with the keys backoff and max_attempts"))
export type RetryPolicy = typeof RetryPolicy.Type

/** Five attempts after 0, 30, 60, 120 and 240 s; `Retry-After` up to 24 h, a backoff up to 30 days, no jitter. */
export const defaultRetryPolicy: RetryPolicy = {
  backoff: { kind: "exponential", base: "30s" },
  max_attempts: 5,
}
