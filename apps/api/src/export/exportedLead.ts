/** A lead as exports have it: one line of JSON, or one record of CSV. */
import { parsePath, printPath, valueAt } from "@lead-gateway/lead-field"
import type { ListedLead } from "@lead-gateway/lead-store"
import { isJsonObject, type Json, parse, stringify } from "@lead-gateway/lossless-json"
import { Result } from "effect"
import { csvRecord } from "./csv.ts"

/** A lead of a list with its payload as received: the text of a JSON object. */
export interface ExportedLead extends ListedLead {
  readonly payload: string
}

/** What is known of every lead. */
const facts = {
  id: ({ id }) => String(id),
  received_at: ({ receivedAt }) => receivedAt.toISOString(),
  status: ({ status }) => status,
  rejection_reason: ({ rejectionReason }) => rejectionReason ?? "",
  correlation_id: ({ correlationId }) => correlationId,
  attempts: ({ attempts }) => String(attempts),
  next_attempt_at: ({ nextAttemptAt }) => nextAttemptAt?.toISOString() ?? "",
  test: ({ isTest }) => String(isTest),
} as const satisfies Readonly<Record<string, (lead: ExportedLead) => string>>

/**
 * The fields of payloads that get columns of their own, as paths: those that the rules and the profile in force name, and the
 * attributes of the mapping. Paths through lists are left out. All others are in the last column.
 */
export const fieldColumns = (documents: {
  readonly rules: Json
  readonly profile: Json
  readonly mapping: Json
}): ReadonlyArray<string> => {
  const columns = new Set<string>()
  const keysOf = (value: Json | undefined) => (isJsonObject(value) ? Object.keys(value) : [])
  const profile = isJsonObject(documents.profile) ? documents.profile.fields : undefined
  for (const path of keysOf(profile)) columns.add(path)
  const collect = (value: Json | undefined): void => {
    if (Array.isArray(value)) return value.forEach(collect)
    if (!isJsonObject(value)) return
    if (typeof value.field === "string") columns.add(value.field)
    Object.values(value).forEach(collect)
  }
  collect(documents.rules)
  for (const name of keysOf(documents.mapping)) if (!name.startsWith("_")) columns.add(printPath([name]))
  return [...columns].filter((path) => !path.includes("*") && path !== ".")
}

/** Makes the printer of CSV records for these fields, and its first record, the names of the columns. */
export const csvPrinter = (fields: ReadonlyArray<string>) => {
  const paths = fields.map((field) => parsePath(field) ?? [])
  return {
    head: csvRecord([...Object.keys(facts), ...fields, "payload"]),
    print: (lead: ExportedLead): string => {
      const parsed = parse(lead.payload)
      const payload = Result.isSuccess(parsed) && isJsonObject(parsed.success) ? parsed.success : {}
      return csvRecord([
        ...Object.values(facts).map((fact) => fact(lead)),
        ...paths.map((path) => textOf(valueAt(payload, path))),
        lead.payload,
      ])
    },
  }
}

/** A line of JSON: the facts, and the payload as it came, with every digit. */
export const jsonLine = (lead: ExportedLead): string => {
  const known = Object.fromEntries(Object.entries(facts).map(([name, fact]) => [name, fact(lead) || null]))
  return `${JSON.stringify({ ...known, id: lead.id, attempts: lead.attempts, test: lead.isTest }).slice(0, -1)},"payload":${lead.payload}}\n`
}

const textOf = (value: unknown): string =>
  value === undefined || value === null ? "" : typeof value === "string" ? value : stringify(value as Json)
