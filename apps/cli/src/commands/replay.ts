/** `lead-gateway replay`. */
import { oneLine } from "@lead-gateway/document-check"
import { Console, Data, Effect, Layer, type Option, Record, Schema, SchemaIssue } from "effect"
import { Command, Flag } from "effect/cli"
import { commandLine } from "../Actor.ts"
import { json } from "../Output.ts"
import { terminal, withProgress } from "../Progress.ts"

const many = <A>(flag: Flag.Flag<A>, description: string) =>
  flag.pipe(Flag.withDescription(`${description}; may be repeated`), Flag.atLeast(0))

const flags = {
  request: Flag.String("request").pipe(
    Flag.withDescription("Your own name for this request: a request that is repeated does nothing again"),
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
  json: json("Print how many were replayed as JSON"),
}

/** The values of the flags, `--json` apart. */
interface Flags {
  readonly request: string
  readonly ids: ReadonlyArray<number>
  readonly statuses: ReadonlyArray<string>
  readonly reasons: ReadonlyArray<string>
  readonly receivedFrom: Option.Option<string>
  readonly receivedBefore: Option.Option<string>
}

/** The flags make no valid replay request. */
class ReplayRefused extends Data.TaggedError("ReplayRefused")<{ readonly lines: ReadonlyArray<string> }> {
  override get message(): string {
    return this.lines.join("\n")
  }
}

/** The replay request that the flags describe; fails with a line for each flag that is invalid. */
const requestOf = Effect.fnUntraced(function* ({
  request,
  receivedFrom,
  receivedBefore,
  ids,
  statuses,
  reasons,
}: Flags) {
  const { ReplayRequest } = yield* Effect.promise(() => import("@lead-gateway/lead-store"))
  const criteria = {
    ...Record.filter({ ids, statuses, reasons }, (list: ReadonlyArray<unknown>) => list.length > 0),
    ...Record.getSomes({ receivedFrom, receivedBefore }),
  }
  return yield* Schema.decodeEffect(ReplayRequest)({ request, criteria }, { errors: "all" }).pipe(
    Effect.mapError(({ issue }) => {
      const lines = issuesOf(issue).issues.map(({ message, path = [] }) => {
        const flag = flagNames[path.find((key) => typeof key === "string" && key in flagNames) as Field]
        return flag === undefined ? message : `--${flag}: ${message}`
      })
      return new ReplayRefused({ lines })
    }),
  )
})

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

const leads = (count: number) => (count === 1 ? "1 lead is" : `${count} leads are`)

/** Replays the leads that meet every criterion, and prints how many. */
const replayLeads = Effect.fnUntraced(function* ({ json, ...given }: Flags & { readonly json: boolean }) {
  const request = yield* requestOf(given)
  const { LeadReplay } = yield* Effect.promise(() => import("@lead-gateway/lead-store"))
  const { operatorStore } = yield* Effect.promise(() => import("../Database.ts"))
  // The ids are not offered to the queue: workers claim replayed leads from the schedule.
  const { now, replayed } = yield* LeadReplay.use(({ replay }) =>
    withProgress("replaying leads", terminal(), () => replay(request, () => Effect.void, commandLine())),
  ).pipe(Effect.provide(LeadReplay.layer.pipe(Layer.provide(operatorStore))))
  const isFirst = now.length === replayed
  const others = isFirst ? (request.criteria.ids ?? []).filter((id) => !now.includes(id)) : []
  if (json) {
    const { request: name } = request
    return yield* Console.log(
      JSON.stringify({
        request: name,
        replayed: now.length,
        replayed_in_all: replayed,
        not_replayed: others,
      }),
    )
  }
  yield* Console.log(
    isFirst
      ? `request ${oneLine(request.request)}: ${leads(now.length)} RECEIVED again`
      : `request ${oneLine(request.request)} was made before: ${leads(now.length)} RECEIVED again now, ${replayed} in all`,
  )
  if (others.length > 0) {
    yield* Console.log(`not replayed, being none that ended badly or is parked: ${others.join(", ")}`)
  }
})

/** Sends leads again that were rejected, parked or given up. */
export const replay = Command.make("replay", flags, replayLeads).pipe(
  Command.withDescription(
    "Send leads again that were rejected, parked or given up: those that meet every criterion given, at least one",
  ),
  Command.withShortDescription("Send leads again that ended badly"),
  Command.withExamples([
    {
      command: "lead-gateway replay --request ticket-7 --id 42 --id 43",
      description: "Send two leads again",
    },
    {
      command:
        "lead-gateway replay --request outage-jan --status PERMANENTLY_FAILED --received-from 2026-01-21T10:00:00Z",
      description: "Send again whatever was given up since a moment",
    },
  ]),
)
