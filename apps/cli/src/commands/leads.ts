/** `lead-gateway leads`. */
import { type LeadId, LeadStatus } from "@lead-gateway/lead"
import { Effect, Layer, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { print } from "../Output.ts"
import { terminalBesideOutput, withProgress } from "../Progress.ts"

const flags = {
  last: Flag.Int("last").pipe(
    Flag.withDescription("How many leads, the newest ones; 100 unless given"),
    Flag.filter(
      (last) => last >= 1,
      (last) => `found ${last}, expected a whole number from 1`,
    ),
    Flag.withDefault(100),
  ),
  status: Flag.Literals("status", LeadStatus.literals).pipe(
    Flag.withDescription("Leads with this status alone"),
    Flag.optional,
  ),
}

/** Leads that one query reads. */
const pageSize = 500

/** Prints the payloads of the newest leads, newest first, a line each, until the output is closed. */
const printLeads = Effect.fnUntraced(
  function* ({ last, status }: { readonly last: number; readonly status: Option.Option<LeadStatus> }) {
    const { LeadReader } = yield* Effect.promise(() => import("@lead-gateway/lead-store"))
    const { operatorStore } = yield* Effect.promise(() => import("../Database.ts"))
    const readPages = Effect.gen(function* () {
      const { payloads } = yield* LeadReader
      yield* withProgress(
        "reading leads",
        terminalBesideOutput(),
        Effect.fnUntraced(function* (progress) {
          let before: LeadId | undefined
          for (let left = last; left > 0; left -= pageSize) {
            const limit = Math.min(left, pageSize)
            const page = yield* payloads({ limit, before, status: Option.getOrUndefined(status) })
            if (page.length > 0) yield* print(page.map(({ json }) => json))
            before = page.at(-1)?.id
            progress(last - left + page.length, last)
            if (page.length < limit) return
          }
        }),
      )
    })
    yield* Effect.provide(readPages, LeadReader.layer.pipe(Layer.provide(operatorStore)))
  },
  Effect.catchTag("OutputClosed", () => Effect.void),
)

/** Prints the leads that were received last, for example as input of `preview`. */
export const leads = Command.make("leads", flags, printLeads).pipe(
  Command.withDescription(
    "Print the payloads of the newest leads as they were received, one on each line, newest first: for preview, and personal data",
  ),
  Command.withShortDescription("Print the newest leads as they were received"),
  Command.withExamples([
    { command: "lead-gateway leads --last 10", description: "Print the ten newest" },
    {
      command: "lead-gateway leads --last 1000 | lead-gateway preview --summary --rules draft.json",
      description: "Try draft rules on the newest thousand",
    },
  ]),
)
