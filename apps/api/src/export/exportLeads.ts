/** All leads of a list with their payloads, page by page, as the bytes of a file. */
import type { LeadId } from "@lead-gateway/lead"
import type { LeadList, LeadReader, ListOptions, StoreError } from "@lead-gateway/lead-store"
import { Effect, Option, Stream } from "effect"
import { type ExportedLead, jsonLine } from "./exportedLead.ts"

/** How leads are printed. */
export interface Printer {
  readonly head: string
  readonly print: (lead: ExportedLead) => string
}

/** The printer of JSON lines. */
export const jsonPrinter: Printer = { head: "", print: jsonLine }

/** Leads that are read at once: their payloads are held until the reader has taken them. */
const leadsAtOnce = 50

/** Reads the next page when the reader has taken the one before. */
export const exportLeads = (
  { list, reader }: { readonly list: LeadList["Service"]; readonly reader: LeadReader["Service"] },
  filters: Omit<ListOptions, "limit" | "before">,
  { head, print }: Printer,
): Stream.Stream<Uint8Array, StoreError> => {
  const page = Effect.fnUntraced(function* (before: LeadId | undefined) {
    const { leads, next } = yield* list.page({ ...filters, limit: leadsAtOnce, before })
    const payloads = new Map(
      (yield* reader.payloadsOf(leads.map(({ id }) => id))).map(({ id, json }) => [id, json]),
    )
    const text = leads.map((lead) => {
      const payload = payloads.get(lead.id)
      return payload === undefined ? "" : print({ ...lead, payload })
    })
    return [
      [Buffer.from(text.join(""))],
      next === null ? Option.none<LeadId | undefined>() : Option.some<LeadId | undefined>(next),
    ] as const
  })
  const body = Stream.paginate(undefined as LeadId | undefined, page)
  return head === "" ? body : Stream.concat(Stream.make<[Uint8Array]>(Buffer.from(head)), body)
}
