/**
 * Reads the archives that `Retention` has written: leads that are no longer in the database.
 *
 * A folder holds files named `lead_p<partition>-<first id>-<last id>-<time>-<random>.ndjson.gz`, gzip over one line of JSON
 * per lead: `id`, `lead`, `decisions`, `deliveries`, `attempts`, `events` and `end`, each with the columns of its table.
 * Used by the command `archive`. It writes nothing and needs no database.
 */
import type { LeadId } from "@lead-gateway/lead"
import { Data, Stream } from "effect"
import { createReadStream } from "node:fs"
import { readdir, stat } from "node:fs/promises"
import { basename, join } from "node:path"
import { pipeline } from "node:stream"
import { createGunzip } from "node:zlib"
import { type ArchiveName, readArchiveName } from "./internal/archiveLeads.ts"
import { partitionSize } from "./Partitions.ts"

/** A file or folder cannot be read: it is missing, not readable for this user, damaged, or truncated. */
export class ArchiveUnreadable extends Data.TaggedError("ArchiveUnreadable")<{
  readonly path: string
  /** The error code of the system or of zlib, such as `ENOENT` or `Z_BUF_ERROR`. */
  readonly code: string
}> {
  override get message(): string {
    const reasons: Readonly<Record<string, string>> = {
      ENOENT: "it is not there",
      EACCES: "not allowed to read it",
      Z_BUF_ERROR: "it is cut off",
      Z_DATA_ERROR: "it is damaged, or no archive",
    }
    return `cannot read ${this.path}: ${reasons[this.code] ?? this.code}`
  }
}

/**
 * The lines of a file, or of all files of a folder, one partition after the other; the text of one JSON object each.
 *
 * Leads are archived twice if a process dies between archiving and removing them. Of a lead that is in several files of a
 * folder, only the newest line is emitted: files of a partition are read from the newest to the oldest. With `id`, only
 * that lead's line is emitted, if there is one. Memory holds a chunk of one file and a bit per lead of one partition.
 */
export const read = (
  path: string,
  options: { readonly id?: LeadId | undefined } = {},
): Stream.Stream<string, ArchiveUnreadable> =>
  Stream.fromAsyncIterable(readLines(path, options.id), (error) =>
    error instanceof ArchiveUnreadable ? error : unreadable(path)(error),
  )

async function* readLines(path: string, id: LeadId | undefined): AsyncGenerator<string> {
  const seen = new Uint8Array(partitionSize / 8)
  let partition: number | undefined
  for (const file of await filesOf(path, id)) {
    if (file.name?.partition !== partition) seen.fill(0)
    partition = file.name?.partition
    for await (const line of linesOf(file.path)) {
      const lead = idOf(line)
      if (id !== undefined) {
        if (lead !== id) continue
        yield line
        return
      }
      const [byte, bit] = [(lead % partitionSize) >> 3, 1 << (lead & 7)]
      if (((seen[byte] ?? 0) & bit) !== 0) continue
      seen[byte] = (seen[byte] ?? 0) | bit
      yield line
    }
  }
}

interface File {
  readonly path: string
  /** Undefined for a file that was renamed. */
  readonly name: ArchiveName | undefined
}

/** The file itself; of a folder, the complete files that may have the lead. */
const filesOf = async (path: string, id: LeadId | undefined): Promise<ReadonlyArray<File>> => {
  const isFolder = await stat(path).then((found) => found.isDirectory(), fail(path))
  if (!isFolder) return [{ path, name: readArchiveName(basename(path)) }]
  const names = await readdir(path).catch(fail(path))
  return names
    .flatMap((file) => {
      const name = readArchiveName(file)
      return name === undefined ? [] : [{ path: join(path, file), name }]
    })
    .filter(({ name }) => id === undefined || (name.first <= id && id <= name.last))
    .sort(({ name: a }, { name: b }) => a.partition - b.partition || (a.writtenAt < b.writtenAt ? 1 : -1))
}

async function* linesOf(path: string): AsyncGenerator<string> {
  const text = pipeline(createReadStream(path), createGunzip(), () => {}).setEncoding("utf8")
  let begun = ""
  try {
    for await (const chunk of text as AsyncIterable<string>) {
      const lines = chunk.split("\n")
      lines[0] = begun + (lines[0] ?? "")
      begun = lines.pop() ?? ""
      yield* lines
    }
  } catch (error) {
    fail(path)(error)
  }
  if (begun !== "") throw unreadable(path)({ code: "Z_BUF_ERROR" })
}

/** Every line begins with the lead's id. */
const idOf = (line: string): number => Number(/^\{"id":(\d+)/.exec(line)?.[1] ?? 0)

const unreadable = (path: string) => (error: unknown) =>
  new ArchiveUnreadable({ path, code: (error as NodeJS.ErrnoException).code ?? "unknown" })

const fail = (path: string) => (error: unknown) => {
  throw unreadable(path)(error)
}
