/**
 * Finds a Redis server to run: one of the machine, of Debian's packages, or of docker.
 */
import { execFile } from "node:child_process"
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises"
import { homedir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"

const run = promisify(execFile)

/** How to run a server, and how to send it a signal if not by its process id. */
export interface RedisProgram {
  readonly command: string
  /** The arguments before the server's own; `folder` is its working directory, `name` identifies its container. */
  readonly args: (folder: string, name: string) => ReadonlyArray<string>
  readonly env: NodeJS.ProcessEnv
  readonly signal?: (name: string, signal: NodeJS.Signals) => Promise<unknown>
}

/** The first program that is available; rejects with a list of the alternatives. Searched once per process. */
export const redisProgram = (): Promise<RedisProgram> => (program ??= find())

let program: Promise<RedisProgram> | undefined

const find = async () => {
  for (const command of ["redis-server", "valkey-server"])
    if (await succeeds(command, ["--version"])) return plain(command, process.env)
  const unpacked = await debianRedis().catch((error: unknown) => String(error).trim())
  if (typeof unpacked !== "string")
    return plain(unpacked.command, { ...process.env, LD_LIBRARY_PATH: unpacked.libraries })
  if (await succeeds("docker", ["version"])) return docker
  throw new Error(
    [
      "no Redis server for the tests. Any of these will do:",
      "- REDIS_URL=redis://... names a server that may be emptied (tests that kill it then fail)",
      "- redis-server or valkey-server on PATH",
      `- apt-get and dpkg, with the package lists of Debian or Ubuntu available (${unpacked})`,
      "- docker, with a running daemon",
    ].join("\n"),
  )
}

const succeeds = (command: string, args: ReadonlyArray<string>) =>
  run(command, [...args], { timeout: 5000, env: process.env }).then(
    () => true,
    () => false,
  )

const plain = (command: string, env: NodeJS.ProcessEnv): RedisProgram => ({ command, args: () => [], env })

const docker: RedisProgram = {
  command: "docker",
  args: (folder, name) =>
    `run --rm --network=host --name=${name} --volume=${folder}:${folder} --workdir=${folder} redis:7 redis-server`.split(
      " ",
    ),
  env: process.env,
  signal: (name, signal) => run("docker", ["kill", `--signal=${signal}`, name]),
}

/** An unpacked server: the program, and the search path of its libraries. */
interface UnpackedRedis {
  readonly command: string
  readonly libraries: string
}

/**
 * The server of Debian's packages, unpacked into a cache and not installed, as root or as another user. Rejects without apt
 * or the package.
 *
 * It is unpacked once per machine, into a temporary folder that is then renamed, so that several processes may do it at
 * once.
 */
const debianRedis = async (): Promise<UnpackedRedis> => {
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "lead-gateway")
  const folder = join(cache, `redis-${await system()}`)
  const cached = await inspect(folder).catch(() => undefined)
  if (cached !== undefined) return cached

  await mkdir(cache, { recursive: true })
  const temporary = await mkdtemp(join(cache, "redis-unpacking-"))
  try {
    await unpack(temporary)
    // Removes the remains of a failed run; a complete copy of another process is kept.
    if ((await inspect(folder).catch(() => undefined)) === undefined)
      await rm(folder, { recursive: true, force: true })
    await rename(join(temporary, "root"), folder).catch(() => undefined)
    return await inspect(folder)
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

/** Distribution and architecture, such as `debian12-x64`: machines may share a home directory. */
const system = async () => {
  const release = await readFile("/etc/os-release", "utf8")
  const field = (name: string) => new RegExp(`^${name}="?([\\w.-]*)`, "m").exec(release)?.[1] ?? ""
  return `${field("ID")}${field("VERSION_ID")}-${process.arch}`
}

/** The server in this folder; rejects if it does not run. */
const inspect = async (folder: string): Promise<UnpackedRedis> => {
  const libraryFolders = [join(folder, "usr/lib"), join(folder, "lib")]
  const nested = await Promise.all(
    libraryFolders.map((parent) => readdir(parent).catch((): ReadonlyArray<string> => [])),
  )
  const libraries = libraryFolders
    .flatMap((parent, index) => [parent, ...(nested[index] ?? []).map((name) => join(parent, name))])
    .join(":")
  const unpacked = { command: join(folder, "usr/bin/redis-server"), libraries }
  await run(unpacked.command, ["--version"], { env: { ...process.env, LD_LIBRARY_PATH: libraries } })
  return unpacked
}

const unpack = async (folder: string) => {
  const packages = join(folder, "packages")
  await mkdir(packages)
  const separateLists = await separateListsOptions(folder)
  const download = async (options: ReadonlyArray<string>) => {
    const names = await missing(options)
    await run("apt-get", [...options, "--quiet", "download", ...names], { cwd: packages })
  }
  // The package lists of the machine may be missing or outdated, and only root may update them; then separate lists are used.
  await download([]).catch(async () => {
    await run("apt-get", [...separateLists, "--quiet", "update"])
    await download(separateLists)
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

const separateListsOptions = async (folder: string) => {
  const [state, cache] = [join(folder, "state"), join(folder, "cache")]
  await mkdir(join(state, "lists/partial"), { recursive: true })
  await mkdir(join(cache, "archives/partial"), { recursive: true })
  // apt downloads as another user if started by root, and that user could not write below a private home directory.
  const user = process.getuid?.() === 0 ? ["-o", "APT::Sandbox::User=root"] : []
  return ["-o", `Dir::State=${state}`, "-o", `Dir::Cache=${cache}`, ...user]
}
