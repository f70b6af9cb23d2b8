import type { PgClient } from "@effect/sql-pg"
import { Clock, Effect, Stream } from "effect"
import { randomBytes } from "node:crypto"
import { partitionName } from "../Partitions.ts"
import { storeCall } from "../StoreError.ts"
import { writeArchiveFile } from "./archiveFile.ts"
import { pageSize } from "./dueForRemoval.ts"
import { patiently } from "./maintenance.ts"
import { columns } from "./sql.ts"

/** The contents of an archive file's name. */
export interface ArchiveName {
  readonly partition: number
  /** The id of its first lead. */
  readonly first: number
  /** The id of its last lead. */
  readonly last: number
  /** When it was written, such as `20260121T103500123Z`, which sorts by time. */
  readonly writtenAt: string
}

const pattern = /^lead_p(\d{6,})-(\d+)-(\d+)-(\d{8}T\d{9}Z)-[0-9a-f]{8}\.ndjson\.gz$/

/** Such as `lead_p000003-3000001-3000999-20260121T103500123Z-1a2b3c4d.ndjson.gz`; no two are the same. */
const archiveName = (partition: number, first: number, last: number, writtenAt: Date): string => {
  const time = writtenAt.toISOString().replaceAll(/[-:.]/g, "")
  return `lead_p${String(partition).padStart(6, "0")}-${first}-${last}-${time}-${randomBytes(4).toString("hex")}.ndjson.gz`
}

/** Parses a file's name; undefined for other files and for an unfinished one. */
export const readArchiveName = (name: string): ArchiveName | undefined => {
  const [, partition, first, last, writtenAt] = pattern.exec(name) ?? []
  return writtenAt === undefined
    ? undefined
    : { partition: Number(partition), first: Number(first), last: Number(last), writtenAt }
}

interface Row {
  readonly id: bigint
  /** With its line feed. Bytes, since so many strings would fill the heap before they are collected. */
  readonly line: Uint8Array
}

/**
 * Writes settled leads of a partition with all their rows into one file of a folder, a line of JSON each; returns the
 * written ids in order. When it has returned, the file is on disk.
 *
 * Rows are streamed: neither the leads nor the file are held in memory as a whole. Each page is a statement of its own,
 * so that no snapshot is held for long.
 */
export const archiveLeads = (sql: PgClient.PgClient, folder: string) =>
  Effect.fnUntraced(function* (partition: number, ids: ReadonlyArray<number>) {
    const [first, last] = [ids[0] ?? 0, ids.at(-1) ?? 0]
    const name = archiveName(partition, first, last, new Date(yield* Clock.currentTimeMillis))
    const archived: Array<number> = []
    yield* writeArchiveFile(folder, name, (write) =>
      Effect.gen(function* () {
        for (let from = 0; from < ids.length; from += pageSize) {
          const page = ids.slice(from, from + pageSize)
          yield* sql.unsafe<Row>(statement(partition), [columns.int8(page)]).stream.pipe(
            Stream.runForEachArray((rows) => {
              for (const { id } of rows) archived.push(Number(id))
              return write(Buffer.concat(rows.map(({ line }) => line)))
            }),
            // The statement lasts as long as the writing.
            patiently(sql),
            Effect.catchTag("SqlError", (error) => storeCall("Retention.archive")(Effect.fail(error))),
          )
        }
      }),
    )
    return archived
  })

/**
 * Selects all rows of a lead as JSON, by column names. Stored JSON is copied as text, so that numbers keep their digits.
 * Line breaks are replaced: they can only be between values, since JSON escapes them in strings.
 */
const statement = (partition: number): string => {
  const rows = (table: "decision" | "delivery" | "attempt" | "lead_event", order: string) => `(
      SELECT coalesce(json_agg(row_to_json(part) ORDER BY part.${order}), '[]')::text
      FROM ${partitionName(table, partition)} AS part WHERE part.lead_id = lead.id
    )`
  const patches = `(
      SELECT coalesce(json_agg(row_to_json(part) ORDER BY part.delivery_no), '[]')::text
      FROM lead_patch AS part WHERE part.lead_id = lead.id
    )`
  return `
    SELECT lead.id, convert_to('{"id":' || lead.id || translate(
      ',"lead":' || row_to_json(lead)::text || ',"decisions":' || ${rows("decision", "delivery_no")}
        || ',"deliveries":' || ${rows("delivery", "delivery_no")} || ',"attempts":' || ${rows("attempt", "attempt_no")}
        || ',"events":' || ${rows("lead_event", "id")} || ',"patches":' || ${patches} || ',"end":' || row_to_json(settled)::text || '}',
      E'\\n\\r', '  '
    ) || E'\\n', 'UTF8') AS line
    FROM ${partitionName("lead", partition)} AS lead JOIN settled_lead AS settled ON settled.lead_id = lead.id
    WHERE lead.id = ANY ($1::bigint[]) ORDER BY lead.id`
}
