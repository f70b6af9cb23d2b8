import type { LeadId, LeadStatus } from "@lead-gateway/lead"
import { LeadReader } from "@lead-gateway/lead-store"
import { Effect, Layer, Option } from "effect"
import { print } from "../output.ts"
import { terminalBesideOutput, withProgress } from "../Progress.ts"
import * as OperatorStore from "./OperatorStore.ts"

/** Leads that are read at once. */
const pageSize = 500

/** Prints the payloads of the newest leads, newest first, a line each, until nobody reads on. */
export const printLeads = Effect.fnUntraced(
  function* ({ last, status }: { readonly last: number; readonly status: Option.Option<LeadStatus> }) {
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
  },
  Effect.catchTag("OutputClosed", () => Effect.void),
  Effect.provide(LeadReader.layer.pipe(Layer.provide(OperatorStore.layer))),
)
