/**
 * Removes leads that ended long ago, and archives them before if a folder is configured.
 *
 * A worker or a gateway runs {@link keep} in the background; {@link run} is one round of it. Nothing is removed unless
 * retention is configured. Counts and ledger still include removed leads, from the table `sealed_count`. Design and
 * reasons: `docs/decisions/0014-retention.md`. `Archive` reads the archives.
 */
import { PgClient } from "@effect/sql-pg"
import { Duration, Effect, Option } from "effect"
import { type ArchiveFailed, removeUnfinished } from "./internal/archiveFile.ts"
import { archiveLeads } from "./internal/archiveLeads.ts"
import { type Age, type DuePage, fateOf, lookOut, pageSize, readDue } from "./internal/dueForRemoval.ts"
import { alone } from "./internal/maintenance.ts"
import { boundsOf, type Dropped, dropPartition, isFree, removeLeads } from "./internal/removeLeads.ts"
import { type StoreError, storeCall } from "./StoreError.ts"

export { ArchiveFailed } from "./internal/archiveFile.ts"
export type { Age } from "./internal/dueForRemoval.ts"

/** Which leads are removed, and where they are archived. */
export interface Options {
  /** Leads that ended (rejected, delivered or permanently failed) longer ago than this are removed. More than zero. */
  readonly age: Age
  /** The folder that leads are written to before they are removed; created if missing. Undefined: not archived. */
  readonly archive: string | undefined
}

/** How much a round has removed. */
export interface Removed {
  readonly leads: number
  /** Partitions that were dropped; their leads are among `leads`. */
  readonly partitions: number
}

/** Leads of one archive file, at most. So many may be archived twice if a process dies before it has removed them. */
const leadsPerFile = 100_000

/**
 * Removes the leads that are old enough; returns how many. Removes none while another process does so.
 *
 * Leads that are parked or have work left are never removed. A partition whose leads are all old enough is dropped. From
 * other partitions leads are removed a thousand in a transaction, with a pause as long as the transaction took. A
 * partition whose leads will all be old enough within a day (a thirtieth of `age`, if that is less) is left until it can
 * be dropped. Intake and deliveries continue meanwhile.
 *
 * May be interrupted at any time and repeated. Fails with `ArchiveFailed` if leads cannot be archived, and then removes
 * none of them.
 */
export const run = (
  options: Options,
): Effect.Effect<Removed, StoreError | ArchiveFailed, PgClient.PgClient> =>
  PgClient.PgClient.use((sql) =>
    alone(sql, "lead retention", round(sql, options)).pipe(
      Effect.map(Option.getOrElse((): Removed => ({ leads: 0, partitions: 0 }))),
      Effect.catchTag("SqlError", (error) => storeCall("Retention.run")(Effect.fail(error))),
    ),
  )

/** Runs a round after a minute and then once an hour, forever. A failure is logged and retried in the next round. */
export const keep = (options: Options): Effect.Effect<never, never, PgClient.PgClient> =>
  run(options).pipe(
    Effect.tap(({ leads, partitions }) =>
      leads + partitions === 0
        ? Effect.void
        : Effect.annotateLogs(Effect.logInfo("retention removed leads"), { leads, partitions }),
    ),
    Effect.catchTag("ArchiveFailed", ({ message }) => Effect.logError(message)),
    Effect.catchCause((cause) => Effect.logError("retention could not go on", cause)),
    Effect.andThen(Effect.sleep(Duration.hours(1))),
    Effect.forever,
    Effect.delay(Duration.minutes(1)),
  )

const round = Effect.fnUntraced(function* (sql: PgClient.PgClient, { age, archive }: Options) {
  const outlook = yield* lookOut(sql)(age)
  const partition = makePartition(sql, archive, outlook.cutoff)
  if (archive !== undefined) yield* removeUnfinished(archive)
  let leads = 0
  let partitions = 0
  for (const number of outlook.partitions) {
    const fate = number < outlook.newest ? yield* fateOf(sql)(number, outlook) : "Mixed"
    if (fate === "EndsSoon") continue
    if (fate === "Ended") {
      const dropped = yield* partition.drop(number)
      if (dropped._tag === "Kept") {
        yield* Effect.annotateLogs(Effect.logWarning("retention leaves a partition for later"), {
          partition: number,
          because: dropped.because,
        })
        continue
      }
      leads += dropped.leads
      partitions++
      yield* Effect.annotateLogs(Effect.logInfo("retention dropped a partition"), {
        partition: number,
        leads: dropped.leads,
      })
    } else {
      const { isFresh, removed } = yield* partition.thin(number)
      leads += removed
      if (isFresh) break
    }
  }
  return { leads, partitions }
})

const busy: Dropped = { _tag: "Kept", because: "busy" }

/** The two ways to remove leads of a partition. */
const makePartition = (sql: PgClient.PgClient, archive: string | undefined, cutoff: string) => {
  const [drop, read, remove] = [dropPartition(sql), readDue(sql), removeLeads(sql)]
  const write = archive === undefined ? undefined : archiveLeads(sql, archive)

  /** Passes due leads to `take`, at most as many as fit a file; returns whether it reached leads that are too young. */
  const forEachPart = Effect.fnUntraced(function* <E>(
    number: number,
    take: (ids: ReadonlyArray<number>) => Effect.Effect<void, E>,
  ) {
    let after: number | undefined = boundsOf(number)[0] - 1
    let isFresh = false
    while (after !== undefined && !isFresh) {
      const part: Array<number> = []
      while (after !== undefined && !isFresh && part.length < leadsPerFile) {
        const page: DuePage = yield* read(number, after, cutoff)
        part.push(...page.due)
        after = page.last
        isFresh = page.isFresh
      }
      if (part.length > 0) yield* take(part)
    }
    return isFresh
  })

  return {
    /** Archives all leads of a partition, then drops its tables. */
    drop: Effect.fnUntraced(function* (number: number) {
      if (!(yield* isFree(sql)(number))) return busy
      if (write === undefined) return yield* drop(number, cutoff, undefined)
      let archived = 0
      yield* forEachPart(number, (ids) =>
        Effect.map(write(number, ids), (written) => {
          archived += written.length
        }),
      )
      return yield* drop(number, cutoff, archived)
    }),
    /** Archives and removes the due leads of a partition, and keeps the others. */
    thin: Effect.fnUntraced(function* (number: number) {
      let removed = 0
      const isFresh = yield* forEachPart(
        number,
        Effect.fnUntraced(function* (part: ReadonlyArray<number>) {
          const ids = write === undefined ? part : yield* write(number, part)
          for (let from = 0; from < ids.length; from += pageSize) {
            const [took, leads] = yield* Effect.timed(
              remove(number, ids.slice(from, from + pageSize), cutoff),
            )
            removed += leads
            yield* Effect.sleep(took)
          }
        }),
      )
      return { isFresh, removed }
    }),
  }
}
