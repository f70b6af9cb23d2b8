/**
 * Redis from Debian's packages, unpacked into a cache and not installed: works for root and for ordinary users.
 *
 * Prepared once per machine, in a temporary folder that is renamed when it is complete, so that several processes may do
 * it at once.
 */
import { execFile } from "node:child_process"
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises"
import { homedir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"

const run = promisify(execFile)

/** A server that can be run: the program, and where its libraries are. */
export interface UnpackedRedis {
  readonly command: string
  readonly libraries: string
}

/** The server from the cache, which is filled first if necessary. Rejects if there is no apt or no such package. */
export const debianRedis = async (): Promise<UnpackedRedis> => {
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "lead-gateway")
  const folder = join(cache, `redis-${await system()}`)
  const known = await look(folder).catch(() => undefined)
  if (known !== undefined) return known

  await mkdir(cache, { recursive: true })
  const made = await mkdtemp(join(cache, "redis-unpacking-"))
  try {
    await unpack(made)
    // Removes the remains of a failed run; a complete copy by another process is as good as ours.
    if ((await look(folder).catch(() => undefined)) === undefined)
      await rm(folder, { recursive: true, force: true })
    await rename(join(made, "root"), folder).catch(() => undefined)
    return await look(folder)
  } finally {
    await rm(made, { recursive: true, force: true })
  }
}

/** Distribution and machine, such as `debian12-x64`: a home may be shared between several. */
const system = async () => {
  const release = await readFile("/etc/os-release", "utf8")
  const field = (name: string) => new RegExp(`^${name}="?([\\w.-]*)`, "m").exec(release)?.[1] ?? ""
  return `${field("ID")}${field("VERSION_ID")}-${process.arch}`
}

/** The server below this folder, if it runs. */
const look = async (folder: string): Promise<UnpackedRedis> => {
  const libraryFolders = [join(folder, "usr/lib"), join(folder, "lib")]
  const nested = await Promise.all(
    libraryFolders.map((parent) => readdir(parent).catch((): ReadonlyArray<string> => [])),
  )
  const libraries = libraryFolders
    .flatMap((parent, index) => [parent, ...(nested[index] ?? []).map((name) => join(parent, name))])
    .join(":")
  const found = { command: join(folder, "usr/bin/redis-server"), libraries }
  await run(found.command, ["--version"], { env: { ...process.env, LD_LIBRARY_PATH: libraries } })
  return found
}

const unpack = async (folder: string) => {
  const packages = join(folder, "packages")
  await mkdir(packages)
  const ownLists = await ownListsOptions(folder)
  const download = async (options: ReadonlyArray<string>) => {
    const names = await missing(options)
    await run("apt-get", [...options, "--quiet", "download", ...names], { cwd: packages })
  }
  // The machine's own lists may be absent or out of date, and only root may renew them: then with lists of ours.
  await download([]).catch(async () => {
    await run("apt-get", [...ownLists, "--quiet", "update"])
    await download(ownLists)
  })
  for (const file of await readdir(packages))
    await run("dpkg", ["-x", join(packages, file), join(folder, "root")])
}

/** The packages that the server needs and this machine lacks. */
const missing = async (options: ReadonlyArray<string>) => {
  const install = ["--simulate", "--no-install-recommends", "install", "redis-server"]
  const { stdout } = await run("apt-get", [...options, ...install])
  return [...stdout.matchAll(/^Inst (\S+)/gm)]
    .map(([, name = ""]) => name)
    .filter((name) => /^(redis|lib(?!c6))/.test(name))
}

const ownListsOptions = async (folder: string) => {
  const [state, cache] = [join(folder, "state"), join(folder, "cache")]
  await mkdir(join(state, "lists/partial"), { recursive: true })
  await mkdir(join(cache, "archives/partial"), { recursive: true })
  // apt drops root's rights for downloads, and then could not write below a private home.
  const user = process.getuid?.() === 0 ? ["-o", "APT::Sandbox::User=root"] : []
  return ["-o", `Dir::State=${state}`, "-o", `Dir::Cache=${cache}`, ...user]
}
