/**
 * Removes leads that ended long ago, archived before where a folder is named.
 *
 * A worker or a gateway runs {@link keep} beside its work; {@link run} is one round of it. Nothing is removed unless it is
 * configured. Counts and ledger still include what was removed, from the table `sealed_count`. How it works, and why:
 * `docs/decisions/0014-retention.md`. It neither parses settings nor reads archives: see `Archive`.
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

/** What is removed, and where it is archived. */
export interface Options {
  /** Leads that ended (rejected, delivered or permanently failed) longer ago than this are removed. More than zero. */
  readonly age: Age
  /** The folder that leads are written to before they are removed; created if missing. Undefined: not archived. */
  readonly archive: string | undefined
}

/** What a round has removed. */
export interface Removed {
  readonly leads: number
  /** Partitions that were dropped; their leads are among `leads`. */
  readonly partitions: number
}

/** Leads of one archive file at most. So many may be archived twice when a process dies before it has removed them. */
const leadsPerFile = 100_000

/**
 * Removes what is old enough, and returns how much that was: nothing while another process does it.
 *
 * Leads that are parked or have work left are never removed. A partition whose leads are all old enough is dropped; the
 * leads of others are removed by the thousand, in short transactions with pauses as long as themselves. A partition whose
 * leads will all be old enough within a day (a thirtieth of `age`, if that is less) waits to be dropped. Intake and
 * deliveries go on meanwhile.
 *
 * May be interrupted anywhere and repeated. Fails with `ArchiveFailed` when leads cannot be written to the archive, and
 * then removes none of them.
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

/** Runs a round after a minute and then once an hour, for ever. A failure is logged, and tried again in the next round. */
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

  /** Passes what is due to `take`, a file's worth at a time; returns whether it reached leads that are too young. */
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
    /** Archives all, then drops the tables. */
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
    /** Archives and removes what is due, and leaves the rest. */
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
