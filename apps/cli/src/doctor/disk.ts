import { Effect, Option } from "effect"
import { statfs } from "node:fs/promises"
import { dirname, resolve } from "node:path"
import { about, type Finding } from "./Finding.ts"
import type { Patient } from "./Patient.ts"

const { ok, warning, wrong } = about("disk")

/** How much room there is where this machine writes: a database elsewhere has a disk of its own. */
export const lookAtDisk = ({ archiveDir, dataDirectory }: Patient): Effect.Effect<ReadonlyArray<Finding>> =>
  Effect.promise(() =>
    Promise.all(
      [...Option.toArray(dataDirectory), ...Option.toArray(archiveDir)].map(async (path) => {
        const folder = resolve(path)
        return diskFinding(folder, await roomIn(folder))
      }),
    ),
  )

/** What is left on a disk, in bytes. */
interface Room {
  readonly free: number
  readonly total: number
}

/** Of the nearest folder that is there. */
const roomIn = (folder: string): Promise<Room> =>
  statfs(folder).then(
    ({ bavail, blocks, bsize }) => ({ free: bavail * bsize, total: blocks * bsize }),
    (error: unknown) => {
      const parent = dirname(folder)
      if (parent === folder) throw error
      return roomIn(parent)
    },
  )

const mebibyte = 1024 ** 2

/** Below 1 GiB somebody should look, below 100 MiB the next busy hour may fill it. */
export const diskFinding = (folder: string, { free, total }: Room): Finding => {
  const room = `${print(free)} free of ${print(total)}`
  if (free < 100 * mebibyte) return wrong(folder, room, "make room, or move the folder to another disk")
  if (free < 1024 * mebibyte) return warning(folder, room, "make room soon")
  return ok(folder, room)
}

const print = (bytes: number): string => {
  const mebibytes = Math.floor(bytes / mebibyte)
  return mebibytes < 10 * 1024 ? `${mebibytes} MiB` : `${Math.floor(mebibytes / 1024)} GiB`
}
