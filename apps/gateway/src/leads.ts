import { type LeadId, LeadStatus } from "@lead-gateway/lead"
import { LeadReader } from "@lead-gateway/lead-store"
import { runCli } from "@lead-gateway/runtime"
import { Console, Effect, Layer, Option } from "effect"
import { Command, Flag } from "effect/cli"
import packageJson from "../package.json" with { type: "json" }
import * as OperatorStore from "./OperatorStore.ts"

/** Leads that are read at once. */
const pageSize = 500

const leads = Command.make(
  "leads",
  {
    last: Flag.Int("last").pipe(
      Flag.withDescription("How many leads, the newest ones; 100 unless given"),
      Flag.filter(
        (last) => last >= 1,
        (last) => `found ${last}, allowed is a whole number from 1`,
      ),
      Flag.withDefault(100),
    ),
    status: Flag.Literals("status", LeadStatus.literals).pipe(
      Flag.withDescription("Leads with this status alone"),
      Flag.optional,
    ),
  },
  Effect.fnUntraced(
    function* ({ last, status }) {
      const { payloads } = yield* LeadReader
      let before: LeadId | undefined
      for (let left = last; left > 0; left -= pageSize) {
        const limit = Math.min(left, pageSize)
        const page = yield* payloads({ limit, before, status: Option.getOrUndefined(status) })
        if (page.length > 0) yield* Console.log(page.map(({ json }) => json).join("\n"))
        before = page.at(-1)?.id
        if (page.length < limit) return
      }
    },
    Effect.provide(LeadReader.layer.pipe(Layer.provide(OperatorStore.layer))),
  ),
).pipe(
  Command.withDescription(
    "Print the payloads of the newest leads as they came, one on each line, newest first: for preview, and personal data",
  ),
)

runCli(leads, packageJson)
