/** The folders and files of a process: rights, and free space. */
import { variables } from "@lead-gateway/config"
import { Effect, Option } from "effect"
import { constants } from "node:fs"
import { access, stat, statfs } from "node:fs/promises"
import { dirname, resolve } from "node:path"
import type { CheckedSettings } from "./configuration.ts"
import { about, type Finding } from "./Finding.ts"

const files = about("files")
const disk = about("disk")

/** Whether the folders of a process can be written, and whether files with secrets are readable by every user. */
export const checkFiles = ({
  archiveDir,
  dataDirectory,
}: CheckedSettings): Effect.Effect<ReadonlyArray<Finding>> =>
  Effect.promise(async () => {
    const folders = [
      ...Option.match(dataDirectory, {
        onNone: () => [],
        onSome: (path) => [checkFolder("DATA_DIR", path)],
      }),
      ...Option.match(archiveDir, {
        onNone: () => [],
        onSome: (path) => [checkFolder("ARCHIVE_DIR", path)],
      }),
    ]
    const secrets = [".env", ...secretFiles(process.env)].map(checkSecret)
    return (await Promise.all([...folders, ...secrets])).flat()
  })

/** The files that the environment names as `*_FILE` of a secret. */
const secretFiles = (env: NodeJS.ProcessEnv): ReadonlyArray<string> =>
  variables
    .filter(({ secret }) => secret)
    .flatMap(({ name }) => env[`${name}_FILE`] ?? [])
    .filter((path) => path.trim() !== "")

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : "unknown"

/** Whether a folder can be written. A missing one must be creatable in its nearest existing parent. */
const checkFolder = async (setting: string, path: string): Promise<ReadonlyArray<Finding>> => {
  const folder = resolve(path)
  const where = `${setting} ${folder}`
  try {
    const stats = await stat(folder)
    if (!stats.isDirectory()) return [files.wrong(where, "is not a folder", `name a folder by ${setting}`)]
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK)
    return [files.ok(where, "can be written")]
  } catch (error) {
    if (codeOf(error) === "ENOENT") return [await checkParent(where, folder)]
    return [
      files.wrong(
        where,
        `cannot be written (${codeOf(error)})`,
        `let user ${process.getuid?.() ?? "of this process"} read and write it, or name another by ${setting}`,
      ),
    ]
  }
}

const checkParent = async (where: string, folder: string): Promise<Finding> => {
  const parent = dirname(folder)
  try {
    await access(parent, constants.W_OK | constants.X_OK)
    return files.ok(where, "does not exist yet, and can be created")
  } catch (error) {
    if (codeOf(error) === "ENOENT" && parent !== folder) return checkParent(where, parent)
    return files.wrong(
      where,
      `does not exist, and cannot be created in ${parent} (${codeOf(error)})`,
      "create the folder",
    )
  }
}

/** Whether every user of this machine may read a file with secrets. A missing file is reported by the configuration. */
const checkSecret = async (path: string): Promise<ReadonlyArray<Finding>> => {
  const mode = await stat(path).then(
    (stats) => stats.mode,
    () => undefined,
  )
  if (mode === undefined) return []
  return (mode & 0o004) === 0
    ? [files.ok(path, "is not readable by every user")]
    : [
        files.warning(
          path,
          "may hold secrets, and every user of this machine may read it",
          `chmod o-r ${path}`,
        ),
      ]
}

/** The free space of the disks that this machine writes to; the disk of a remote database is not checked. */
export const checkDisk = ({
  archiveDir,
  dataDirectory,
}: CheckedSettings): Effect.Effect<ReadonlyArray<Finding>> =>
  Effect.promise(() =>
    Promise.all(
      [...Option.toArray(dataDirectory), ...Option.toArray(archiveDir)].map(async (path) => {
        const folder = resolve(path)
        return diskFinding(folder, await spaceIn(folder))
      }),
    ),
  )

/** The size of a disk, in bytes. */
interface Space {
  readonly free: number
  readonly total: number
}

/** The space of the disk of a folder, or of its nearest existing parent. */
const spaceIn = (folder: string): Promise<Space> =>
  statfs(folder).then(
    ({ bavail, blocks, bsize }) => ({ free: bavail * bsize, total: blocks * bsize }),
    (error: unknown) => {
      const parent = dirname(folder)
      if (parent === folder) throw error
      return spaceIn(parent)
    },
  )

const mebibyte = 1024 ** 2

/** A warning below 1 GiB; wrong below 100 MiB, which an hour of many leads may fill. */
export const diskFinding = (folder: string, { free, total }: Space): Finding => {
  const space = `${print(free)} free of ${print(total)}`
  if (free < 100 * mebibyte)
    return disk.wrong(folder, space, "free some space, or move the folder to another disk")
  if (free < 1024 * mebibyte) return disk.warning(folder, space, "free some space soon")
  return disk.ok(folder, space)
}

const print = (bytes: number): string => {
  const mebibytes = Math.floor(bytes / mebibyte)
  return mebibytes < 10 * 1024 ? `${mebibytes} MiB` : `${Math.floor(mebibytes / 1024)} GiB`
}
