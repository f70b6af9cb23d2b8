import { LeadReplay, ReplayRequest } from "@lead-gateway/lead-store"
import { runCli } from "@lead-gateway/runtime"
import { Console, Data, Effect, Layer, type Option, Record, Schema, SchemaIssue } from "effect"
import { Command, Flag } from "effect/cli"
import packageJson from "../package.json" with { type: "json" }
import * as OperatorStore from "./OperatorStore.ts"

/** What was asked for is no replay request. */
class ReplayRefused extends Data.TaggedError("ReplayRefused")<{ readonly message: string }> {}

const many = <A>(flag: Flag.Flag<A>, description: string) =>
  flag.pipe(Flag.withDescription(`${description}; may be repeated`), Flag.atLeast(0))

const flags = {
  request: Flag.String("request").pipe(
    Flag.withDescription("Your own name for this request: made again, it does nothing again"),
  ),
  ids: many(Flag.Int("id"), "A lead"),
  statuses: many(
    Flag.Literals("status", ["PERMANENTLY_FAILED", "REJECTED", "FAILED"]),
    "Leads with this status; FAILED means parked ones",
  ),
  reasons: many(Flag.String("reason"), "Leads with this rejection_reason"),
  receivedFrom: Flag.String("received-from").pipe(
    Flag.withDescription("Leads received at or after this moment, such as 2026-01-21T10:00:00Z"),
    Flag.optional,
  ),
  receivedBefore: Flag.String("received-before").pipe(
    Flag.withDescription("Leads received before this moment"),
    Flag.optional,
  ),
}

/** Flags that were given, as the request's criteria; what is wrong with them is said in words. */
const requestOf = ({ request, receivedFrom, receivedBefore, ...lists }: Flags) => {
  const criteria = {
    ...Record.filter(lists, (list: ReadonlyArray<unknown>) => list.length > 0),
    ...Record.getSomes({ receivedFrom, receivedBefore }),
  }
  return Schema.decodeUnknownEffect(ReplayRequest)({ request, criteria }, { errors: "all" }).pipe(
    Effect.mapError(({ issue }) => {
      const lines = issuesOf(issue).issues.map(({ message, path = [] }) => {
        const flag = flagNames[path.find((key) => typeof key === "string" && key in flagNames) as Field]
        return flag === undefined ? message : `--${flag}: ${message}`
      })
      return new ReplayRefused({ message: lines.join("\n") })
    }),
  )
}

const issuesOf = SchemaIssue.makeFormatterStandardSchemaV1()

const flagNames = {
  request: "request",
  ids: "id",
  statuses: "status",
  reasons: "reason",
  receivedFrom: "received-from",
  receivedBefore: "received-before",
} as const
type Field = keyof typeof flagNames

type Flags = {
  readonly request: string
  readonly ids: ReadonlyArray<number>
  readonly statuses: ReadonlyArray<string>
  readonly reasons: ReadonlyArray<string>
  readonly receivedFrom: Option.Option<string>
  readonly receivedBefore: Option.Option<string>
}

const leads = (count: number) => (count === 1 ? "1 lead is" : `${count} leads are`)

const replay = Command.make(
  "replay",
  flags,
  Effect.fnUntraced(function* (given) {
    const request = yield* requestOf(given)
    // Workers look at the schedule themselves.
    const { now, replayed } = yield* LeadReplay.use(({ replay }) => replay(request, () => Effect.void)).pipe(
      Effect.provide(LeadReplay.layer.pipe(Layer.provide(OperatorStore.layer))),
    )
    yield* Console.log(
      now.length === replayed
        ? `request ${request.request}: ${leads(now.length)} RECEIVED again`
        : `request ${request.request} was made before: ${leads(now.length)} RECEIVED again now, ${replayed} in all`,
    )
    const others = (request.criteria.ids ?? []).filter((id) => !now.includes(id))
    if (others.length > 0 && now.length === replayed) {
      yield* Console.log(`not replayed, being none that ended badly or is parked: ${others.join(", ")}`)
    }
  }),
).pipe(
  Command.withDescription(
    "Send leads again that were rejected, parked or given up: those that meet every criterion given, at least one",
  ),
)

runCli(replay, packageJson)
