import { randomBytes } from "node:crypto"

/** What the name of an archive file holds. */
export interface ArchiveName {
  readonly partition: number
  /** The first and the last lead in it. */
  readonly first: number
  readonly last: number
  /** When it was written, such as `20260121T103500123Z`: sorts by time. */
  readonly writtenAt: string
}

const pattern = /^lead_p(\d{6,})-(\d+)-(\d+)-(\d{8}T\d{9}Z)-[0-9a-f]{8}\.ndjson\.gz$/

/** Such as `lead_p000003-3000001-3000999-20260121T103500123Z-1a2b3c4d.ndjson.gz`; no two are the same. */
export const archiveName = (partition: number, first: number, last: number, writtenAt: Date): string => {
  const time = writtenAt.toISOString().replaceAll(/[-:.]/g, "")
  return `lead_p${String(partition).padStart(6, "0")}-${first}-${last}-${time}-${randomBytes(4).toString("hex")}.ndjson.gz`
}

/** Reads a file's name; undefined for another kind of file, or one that is not complete. */
export const readArchiveName = (name: string): ArchiveName | undefined => {
  const [, partition, first, last, writtenAt] = pattern.exec(name) ?? []
  return writtenAt === undefined
    ? undefined
    : { partition: Number(partition), first: Number(first), last: Number(last), writtenAt }
}

/** The name of a file while it is being written. */
export const unfinishedName = (name: string): string => `.${name}.unfinished`

/** Whether a file was being written, and has that name still. */
export const isUnfinished = (name: string): boolean => /^\.lead_p.*\.ndjson\.gz\.unfinished$/.test(name)
