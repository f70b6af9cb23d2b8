import { Effect, Option } from "effect"
import { constants } from "node:fs"
import { access, stat } from "node:fs/promises"
import { dirname, resolve } from "node:path"
import { about, type Finding } from "./Finding.ts"
import type { Patient } from "./Patient.ts"

const { ok, warning, wrong } = about("files")

/** Whether the folders that a process writes into can be written, and whether others may read what is secret. */
export const lookAtFiles = ({ archiveDir, dataDirectory }: Patient): Effect.Effect<ReadonlyArray<Finding>> =>
  Effect.promise(async () => {
    const folders = [
      ...Option.match(dataDirectory, {
        onNone: () => [],
        onSome: (path) => [lookAtFolder("DATA_DIR", path)],
      }),
      ...Option.match(archiveDir, {
        onNone: () => [],
        onSome: (path) => [lookAtFolder("ARCHIVE_DIR", path)],
      }),
    ]
    const secrets = [".env", ...secretFiles(process.env)].map(lookAtSecret)
    return (await Promise.all([...folders, ...secrets])).flat()
  })

/** Files that secrets are read from, as the environment names them. */
const secretFiles = (env: NodeJS.ProcessEnv): ReadonlyArray<string> =>
  Object.entries(env).flatMap(([name, path = ""]) =>
    /^(DATABASE_URL|DB_PASSWORD|REDIS_URL|SHARED_SECRET|OPERATOR_TOKENS|CUSTOMER_API_TOKEN)_FILE$/.test(
      name,
    ) && path.trim() !== ""
      ? [path]
      : [],
  )

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : "unknown"

/** A folder that is not there yet is made when it is needed, in the nearest folder that is there. */
const lookAtFolder = async (setting: string, path: string): Promise<ReadonlyArray<Finding>> => {
  const folder = resolve(path)
  const where = `${setting} ${folder}`
  try {
    const found = await stat(folder)
    if (!found.isDirectory()) return [wrong(where, "is no folder", `name a folder by ${setting}`)]
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK)
    return [ok(where, "can be written")]
  } catch (error) {
    if (codeOf(error) === "ENOENT") return [await lookAtParent(where, folder)]
    return [
      wrong(
        where,
        `cannot be written (${codeOf(error)})`,
        `let user ${process.getuid?.() ?? "of this process"} read and write it, or name another by ${setting}`,
      ),
    ]
  }
}

const lookAtParent = async (where: string, folder: string): Promise<Finding> => {
  const parent = dirname(folder)
  try {
    await access(parent, constants.W_OK | constants.X_OK)
    return ok(where, "is not there yet, and can be made")
  } catch (error) {
    if (codeOf(error) === "ENOENT" && parent !== folder) return lookAtParent(where, parent)
    return wrong(where, `is not there, and cannot be made in ${parent} (${codeOf(error)})`, "make the folder")
  }
}

/** A file with secrets that every user of this machine may read. One that is missing is no matter of this check. */
const lookAtSecret = async (path: string): Promise<ReadonlyArray<Finding>> => {
  const mode = await stat(path).then(
    (found) => found.mode,
    () => undefined,
  )
  if (mode === undefined) return []
  return (mode & 0o004) === 0
    ? [ok(path, "is not open to every user")]
    : [warning(path, "may hold secrets, and every user of this machine may read it", `chmod o-r ${path}`)]
}
