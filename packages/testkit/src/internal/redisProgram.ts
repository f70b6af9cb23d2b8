/**
 * Finds a Redis server to run: one of the machine, of Debian's packages, or of docker.
 */
import { execFile } from "node:child_process"
import { join } from "node:path"
import { promisify } from "node:util"
import { debianPackages } from "../debianPackages.ts"

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
  if (typeof unpacked !== "string") return unpacked
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

/** The server of Debian's packages, which runs without being installed. Rejects without apt or the package. */
const debianRedis = async (): Promise<RedisProgram> => {
  const { libraries, root } = await debianPackages("redis-server")
  const command = join(root, "usr/bin/redis-server")
  const env = { ...process.env, LD_LIBRARY_PATH: libraries }
  await run(command, ["--version"], { env })
  return plain(command, env)
}
