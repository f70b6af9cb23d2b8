/**
 * Programs of Debian's packages, unpacked into a cache and not installed: as root or as another user.
 */
import { execFile } from "node:child_process"
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises"
import { homedir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"

const run = promisify(execFile)

/** Packages, unpacked with everything that they need and this machine lacks. */
export interface Unpacked {
  /** What would be `/` if they were installed: `join(root, "usr/bin/redis-server")`. */
  readonly root: string
  /** The folders of their shared libraries, as a value of `LD_LIBRARY_PATH`. */
  readonly libraries: string
}

/**
 * Unpacks Debian or Ubuntu packages and returns where. Rejects without apt or if there is no such package.
 *
 * The folder is named after the first package. They are unpacked once per machine, into a temporary folder that is then
 * renamed, so that several processes may do it at once. Scripts of packages are not run.
 */
export const debianPackages = async (...names: readonly [string, ...Array<string>]): Promise<Unpacked> => {
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "lead-gateway")
  const root = join(cache, `${names[0]}-${await system()}`)
  const cached = await inspect(root, names)
  if (cached !== undefined) return cached

  await mkdir(cache, { recursive: true })
  const temporary = await mkdtemp(join(cache, `${names[0]}-unpacking-`))
  try {
    await unpack(temporary, names)
    await writeFile(join(temporary, "root", complete), names.join(" "))
    // Removes the remains of another list of packages; a complete copy of another process is kept.
    if ((await inspect(root, names)) === undefined) await rm(root, { recursive: true, force: true })
    await rename(join(temporary, "root"), root).catch(() => undefined)
    const unpacked = await inspect(root, names)
    if (unpacked === undefined) throw new Error(`cannot keep ${names.join(" ")} in ${root}`)
    return unpacked
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

/** Written last; its content is the list of packages. */
const complete = ".lead-gateway-complete"

/** Distribution and architecture, such as `debian12-x64`: machines may share a home directory. */
const system = async () => {
  const release = await readFile("/etc/os-release", "utf8")
  const field = (name: string) => new RegExp(`^${name}="?([\\w.-]*)`, "m").exec(release)?.[1] ?? ""
  return `${field("ID")}${field("VERSION_ID")}-${process.arch}`
}

const inspect = async (root: string, names: ReadonlyArray<string>): Promise<Unpacked | undefined> => {
  const content = await readFile(join(root, complete), "utf8").catch(() => undefined)
  if (content !== names.join(" ")) return undefined
  const folders = await Promise.all([
    libraryFolders(join(root, "usr/lib")),
    libraryFolders(join(root, "lib")),
  ])
  return { root, libraries: folders.flat().join(":") }
}

/** A folder, and those in it, two levels deep, that have shared libraries. */
const libraryFolders = async (folder: string, depth = 2): Promise<ReadonlyArray<string>> => {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const nested = entries
    .filter((entry) => entry.isDirectory() && depth > 0)
    .map((entry) => libraryFolders(join(folder, entry.name), depth - 1))
  const hasLibraries = entries.some((entry) => /\.so(\.|$)/.test(entry.name))
  return [...(hasLibraries ? [folder] : []), ...(await Promise.all(nested)).flat()]
}

const unpack = async (folder: string, names: ReadonlyArray<string>) => {
  const packages = join(folder, "packages")
  await mkdir(packages)
  const separateLists = await separateListsOptions(folder)
  const download = async (options: ReadonlyArray<string>) => {
    const wanted = await missing(names, options)
    await run("apt-get", [...options, "--quiet", "download", ...wanted], { cwd: packages })
  }
  // The package lists of the machine may be missing or outdated, and only root may update them; then separate lists are used.
  await download([]).catch(async () => {
    await run("apt-get", [...separateLists, "--quiet", "update"])
    await download(separateLists)
  })
  for (const file of await readdir(packages))
    await run("dpkg", ["-x", join(packages, file), join(folder, "root")])
  await stat(join(folder, "root"))
}

/** The packages, installed here or not, and those that they need and this machine lacks. */
const missing = async (names: ReadonlyArray<string>, options: ReadonlyArray<string>) => {
  const install = ["--simulate", "--no-install-recommends", "install", ...names]
  const { stdout } = await run("apt-get", [...options, ...install])
  const needed = [...stdout.matchAll(/^Inst (\S+)/gm)].map(([, name = ""]) => name)
  // The C library is part of the system: another one beside it does not run.
  return [...new Set([...names, ...needed])].filter((name) => !/^libc6|^libc-bin$/.test(name))
}

const separateListsOptions = async (folder: string) => {
  const [state, cache] = [join(folder, "state"), join(folder, "cache")]
  await mkdir(join(state, "lists/partial"), { recursive: true })
  await mkdir(join(cache, "archives/partial"), { recursive: true })
  // apt downloads as another user if started by root, and that user could not write below a private home directory.
  const user = process.getuid?.() === 0 ? ["-o", "APT::Sandbox::User=root"] : []
  return ["-o", `Dir::State=${state}`, "-o", `Dir::Cache=${cache}`, ...user]
}
