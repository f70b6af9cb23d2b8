/** `lead-gateway preview`. */
import { Clock, Data, DateTime, Effect, Option, Record } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { json, printAll } from "../Output.ts"
import { terminal, terminalBesideOutput, withProgress } from "../Progress.ts"
import { shipped } from "../shipped.ts"

const document = (name: string, what: string) =>
  Flag.String(name).pipe(Flag.withDescription(`${what}; the configured file unless given`), Flag.optional)

const parameters = {
  leads: Argument.String("lead").pipe(
    Argument.withDescription(
      "Files of leads, - for standard input: a JSON object, a list of them, or one on each line; standard input unless given",
    ),
    Argument.variadic(),
  ),
  documents: {
    leadRules: document("rules", "The rule set"),
    normalizerProfile: document("profile", "The normaliser's profile"),
    attributeMapping: document("mapping", "The attribute mapping"),
    payloadTemplate: document("template", "The payload template"),
  },
  at: Flag.String("at").pipe(
    Flag.withDescription(
      "The time at which the leads are received, such as 2026-01-21T10:00:00Z; now unless given",
    ),
    Flag.optional,
  ),
  hideValues: Flag.Boolean("hide-values").pipe(
    Flag.withDescription("Show nothing of the leads but names of fields"),
    Flag.withDefault(false),
  ),
  summary: Flag.Boolean("summary").pipe(
    Flag.withDescription("Print the summary alone: how many leads are ready, and answers that are not known"),
    Flag.withDefault(false),
  ),
  json: json("Print JSON: a line for each lead, and a summary of several"),
}

/** The values of the parameters. */
interface Parameters {
  /** Paths of files; standard input where there are none. */
  readonly leads: ReadonlyArray<string>
  /** Paths that replace the configured ones. */
  readonly documents: Readonly<Record<keyof (typeof parameters)["documents"], Option.Option<string>>>
  readonly at: Option.Option<string>
  readonly hideValues: boolean
  readonly summary: boolean
  readonly json: boolean
}

/** Prints what would happen to leads, and why. */
const previewLeads = Effect.fnUntraced(function* ({ at, documents, leads: sources, ...options }: Parameters) {
  const { fileSettings, optionalCustomerSettings, Settings } = yield* Effect.promise(
    () => import("@lead-gateway/config"),
  )
  const { loadWithFlow } = yield* Effect.promise(() => import("@lead-gateway/config/flow"))
  const { readLeads } = yield* Effect.promise(() => import("../preview/Leads.ts"))
  const { previewLines } = yield* Effect.promise(() => import("../preview/Report.ts"))
  const settings = Settings.all({ files: fileSettings, customer: optionalCustomerSettings })
  const instead = Record.getSomes(documents)
  const { value } = yield* loadWithFlow(settings, { shipped: shipped.config, instead })
  const nowMs = yield* epochMillisOf(at)
  const leads = yield* readLeads(sources.length === 0 ? ["-"] : sources)
  const screen = options.summary ? terminal() : terminalBesideOutput()
  yield* withProgress("deciding on leads", screen, (progress) =>
    printAll(
      previewLines(value.flow, leads, { nowMs, ...options }, (decided) => progress(decided, leads.length)),
    ),
  )
})

/** The value of `--at` is no date and time. */
class TimeInvalid extends Data.TaggedError("TimeInvalid")<{ readonly message: string }> {}

/** Milliseconds since 1970 of the value of `--at`; the current time where it is not given. */
const epochMillisOf = Effect.fnUntraced(function* (
  at: Option.Option<string>,
): Effect.fn.Return<number, TimeInvalid> {
  if (Option.isNone(at)) return yield* Clock.currentTimeMillis
  const time = DateTime.make(at.value)
  if (timeFormat.test(at.value) && Option.isSome(time) && isCalendarDay(at.value.slice(0, 10))) {
    return DateTime.toEpochMillis(time.value)
  }
  const message = `--at: found ${JSON.stringify(at.value)}, expected a date and time such as 2026-01-21T10:00:00Z`
  return yield* new TimeInvalid({ message })
})

/** A date and time with its zone, or a date alone, which means 00:00 UTC. */
const timeFormat = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2}))?$/

/** Refuses 30 February, which `Date` reads as 2 March. */
const isCalendarDay = (day: string): boolean => new Date(day).toISOString().startsWith(day)

/** Explains decisions on leads; nothing is stored or sent. */
export const preview = Command.make("preview", parameters, previewLeads).pipe(
  Command.withDescription(
    "Print what would happen to leads and why: rules, normalisation, mapping and the customer payload. Nothing is stored or sent",
  ),
  Command.withShortDescription("Print what would happen to a lead, and why"),
  Command.withExamples([
    { command: "lead-gateway preview lead.json", description: "Explain one lead, step by step" },
    {
      command: "lead-gateway preview --summary --rules draft.json leads.ndjson",
      description: "Count the leads that draft rules accept",
    },
  ]),
)
