import { Shape } from "@lead-gateway/document-check"
import { ClassificationRow, defaultClassification } from "./ClassificationRow.ts"

const millisPerUnit = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const

/** A whole number and a unit. A pattern with the flag `u` is in the JSON Schema. */
const durationForm = /^(0|[1-9]\d{0,11})(ms|s|m|h|d)$/u

/** A duration longer than zero. */
const positiveDurationForm = /^[1-9]\d{0,11}(ms|s|m|h|d)$/u

/** The milliseconds of a duration: 300_000 of `"5m"`; `NaN` of any other text. */
export const msOf = (text: string): number => {
  const [, count, unit] = durationForm.exec(text) ?? []
  return Number(count) * millisPerUnit[unit as keyof typeof millisPerUnit]
}

const year = msOf("365d")

const duration = (form: RegExp, least: string, description: string) =>
  Shape.text({
    form,
    also: { holds: (text) => msOf(text) <= year },
    expected: `a duration such as 500ms, 5s, 10m, 1h or 2d, from ${least} to 365d`,
    description,
  })

const wait = (description: string) => duration(durationForm, "0s", description)

const positive = (description: string) => duration(positiveDurationForm, "1ms", description)

const kind = <const K extends string>(value: K, description: string) =>
  Shape.literals([value], { description })

const base = positive("The wait before attempt 2.")

const expected = 'a backoff: an object with the kind "exponential", "linear" or "fixed"'

/** How the waits between attempts grow. */
const Backoff = Shape.variants(
  "kind",
  [
    Shape.object(
      {
        kind: kind("exponential", "Each wait is the one before it, multiplied by factor."),
        base,
        factor: Shape.optional(
          Shape.number({
            minimum: 1,
            maximum: 1000,
            expected: "a number from 1 to 1000",
            description: "What each further wait is multiplied by. Default: 2.",
          }),
        ),
      },
      { expected },
    ),
    Shape.object(
      {
        kind: kind("linear", "Each wait is the one before it and step more."),
        base,
        step: wait("What is added to each further wait."),
      },
      { expected },
    ),
    Shape.object(
      {
        kind: kind("fixed", "The waits are those of a list."),
        waits: Shape.list(wait("A wait between two attempts."), {
          minimum: 1,
          maximum: 999,
          expected: "a list of durations",
          expectedLength: "a list of 1 to 999 durations",
          description:
            "The waits before attempts 2, 3 and so on. The last one repeats if there are more attempts.",
        }),
      },
      { expected },
    ),
  ],
  { expected, reportsKey: true, description: "How the waits between attempts grow." },
)

/**
 * A retry policy: how often a delivery is attempted, how long it waits in between and what an outcome means. Plain
 * JSON, for a file, a table or a message.
 *
 * `compilePolicy` checks it and prepares it for use; it also reports contradictions, which this shape cannot.
 */
export const RetryPolicy = Shape.object(
  {
    $schema: Shape.schemaReference,
    version: Shape.optional(
      Shape.annotate(Shape.notBlank, {
        description: "A name for this policy, to record which one decided.",
      }),
    ),
    backoff: Backoff,
    cap: Shape.optional(
      positive("The longest wait of an exponential or linear backoff, before jitter. Default: 30d."),
    ),
    max_attempts: Shape.optional(
      Shape.integer({
        minimum: 1,
        maximum: 1000,
        expected: "a whole number from 1 to 1000",
        description:
          "Attempts in all, the first one included. Required, but for a fixed list: there it is one more than the waits if it is left out.",
      }),
    ),
    max_age: Shape.optional(
      positive("How long after the first attempt the last one may begin. Default: however long it takes."),
    ),
    jitter: Shape.optional(
      Shape.literals(["none", "full", "equal"], {
        description:
          "How chance spreads the waits: none; full: anything up to the whole wait; equal: between half of the wait and the whole. Default: none.",
      }),
    ),
    retry_after_cap: Shape.optional(
      wait("The longest wait that a Retry-After header can ask for; 0s ignores it. Default: 24h."),
    ),
    classification: Shape.optional(
      Shape.list(ClassificationRow, {
        expected: "a list of rows",
        description:
          "What outcomes mean. The first row whose conditions hold decides; the default table decides on the others.",
      }),
    ),
  },
  { expected: "an object with the keys backoff and max_attempts" },
)
export type RetryPolicy = Shape.TypeOf<typeof RetryPolicy>

/**
 * Five attempts after 0, 30, 60, 120 and 240 s; `Retry-After` up to 24 h, a backoff up to 30 days, no jitter. Its rows are
 * the default table, written out.
 */
export const defaultRetryPolicy: RetryPolicy = {
  version: "default-1",
  backoff: { kind: "exponential", base: "30s" },
  max_attempts: 5,
  classification: defaultClassification,
}

/** Prints milliseconds as a sum of units, the largest first: `"7m 30s"`; 0 is `"0s"`. */
export const printMs = (ms: number): string => {
  let rest = ms
  const parts: Array<string> = []
  for (const [unit, millis] of Object.entries(millisPerUnit)) {
    const count = Math.floor(rest / millis)
    rest -= count * millis
    if (count > 0) parts.push(`${count}${unit}`)
  }
  return parts.join(" ") || "0s"
}
