import { LeadReplay, ReplayRequest } from "@lead-gateway/lead-store"
import { Console, Data, Effect, Layer, type Option, Record, Schema, SchemaIssue } from "effect"
import { terminal, withProgress } from "../Progress.ts"
import * as OperatorStore from "./OperatorStore.ts"

/** What was asked for is no replay request. */
class ReplayRefused extends Data.TaggedError("ReplayRefused")<{ readonly message: string }> {}

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

/** Replays the leads that meet every criterion, and tells how many those are. */
export const replayLeads = Effect.fnUntraced(function* ({
  json,
  ...given
}: Flags & { readonly json: boolean }) {
  const request = yield* requestOf(given)
  // Workers look at the schedule themselves.
  const { now, replayed } = yield* LeadReplay.use(({ replay }) =>
    withProgress("replaying leads", terminal(), () => replay(request, () => Effect.void)),
  ).pipe(Effect.provide(LeadReplay.layer.pipe(Layer.provide(OperatorStore.layer))))
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
      ? `request ${request.request}: ${leads(now.length)} RECEIVED again`
      : `request ${request.request} was made before: ${leads(now.length)} RECEIVED again now, ${replayed} in all`,
  )
  if (others.length > 0) {
    yield* Console.log(`not replayed, being none that ended badly or is parked: ${others.join(", ")}`)
  }
})
