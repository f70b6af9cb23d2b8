/**
 * Where a Redis server comes from: the machine, Debian's packages, or docker.
 */
import { execFile } from "node:child_process"
import { promisify } from "node:util"
import { debianRedis } from "./debianRedis.ts"

const run = promisify(execFile)

/** How to run a server, and how to send it a signal when that is not by its process id. */
export interface RedisProgram {
  readonly command: string
  /** What comes before the server's own arguments; `folder` is where it works, `name` tells it from others. */
  readonly args: (folder: string, name: string) => ReadonlyArray<string>
  readonly env: NodeJS.ProcessEnv
  readonly signal?: (name: string, signal: NodeJS.Signals) => Promise<unknown>
}

/** The first that exists; rejects with the list of ways if there is none. Searched once per process. */
export const redisProgram = (): Promise<RedisProgram> => (found ??= find())

let found: Promise<RedisProgram> | undefined

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
      "- REDIS_URL=redis://... names a server that may be emptied (tests that kill it fail then)",
      "- redis-server or valkey-server on PATH",
      `- apt-get and dpkg, with the package lists of Debian or Ubuntu in reach (they said: ${unpacked})`,
      "- a docker that answers",
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
