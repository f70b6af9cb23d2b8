/**
 * How far a replica is behind its primary, by positions in the log and times of the primary: pure functions of what both said.
 *
 * The age of the replica's last transaction alone would not do: on an idle primary it grows while the replica is level. Nor
 * would what the replica has received and not yet replayed: a replica that is cut off receives nothing.
 */

/** What the primary said. */
export interface PrimaryLevel {
  /** The end of its log that is on disk, in bytes: what a replica can have. */
  readonly position: number
  /** The primary's clock, in milliseconds since 1970. */
  readonly clockMs: number
  /** When it said so, by the monotonic clock of this process. */
  readonly atMs: number
}

/** What the replica said. */
export interface ReplicaLevel {
  /** How far it has replayed the log, in bytes; null if it cannot say. */
  readonly position: number | null
  /** The commit time of the last transaction that it has replayed, by the primary's clock; null without any. */
  readonly committedMs: number | null
}

/** A replica's lag over time. */
export interface ReplicaLag {
  /** Notes what the primary said. */
  readonly note: (level: PrimaryLevel) => void
  /**
   * How far the replica is behind at most, in milliseconds; undefined if nothing is known. While the primary says nothing, it
   * grows: nobody knows what the replica misses.
   */
  readonly of: (level: ReplicaLevel, nowMs: number) => number | undefined
}

/** Levels of the primary that are kept: those of an hour. */
const mostLevels = 3600

/** Begins to compare. */
export const makeReplicaLag = (): ReplicaLag => {
  /** Levels that the replica has not reached, the oldest first. */
  let ahead: Array<PrimaryLevel> = []
  /** The newest level that it has reached. */
  let reached: PrimaryLevel | undefined
  let newest: PrimaryLevel | undefined
  return {
    note: (level) => {
      newest = level
      // Behind what it said before: it is another primary, which has never had the rest.
      if ((ahead.at(-1)?.position ?? 0) > level.position) {
        ahead = ahead.filter(({ position }) => position <= level.position)
      }
      if (ahead.length < mostLevels) ahead.push(level)
      else ahead[mostLevels - 1] = level
    },
    of: ({ committedMs, position }, nowMs) => {
      if (position === null) return undefined
      const behind = ahead.findIndex((level) => level.position > position)
      const levels = behind < 0 ? ahead.length : behind
      reached = ahead[levels - 1] ?? reached
      ahead = ahead.slice(levels)
      const bounds = [
        reached === undefined ? undefined : nowMs - reached.atMs,
        ageOf(committedMs, newest, nowMs),
      ]
      const known = bounds.filter((bound) => bound !== undefined && bound >= 0) as ReadonlyArray<number>
      return known.length === 0 ? undefined : Math.min(...known)
    },
  }
}

/** How long ago the primary committed something, by its own clock. Everything that it committed before is replayed too. */
const ageOf = (committedMs: number | null, newest: PrimaryLevel | undefined, nowMs: number) =>
  committedMs === null || newest === undefined
    ? undefined
    : newest.clockMs + (nowMs - newest.atMs) - committedMs
