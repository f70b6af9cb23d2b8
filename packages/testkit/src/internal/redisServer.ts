/**
 * A Redis process: its options, arguments and URL, and its start. It ends with this process, even after SIGKILL.
 */
import type { ChildProcess } from "node:child_process"
import { setTimeout } from "node:timers/promises"
import { redisCommand, RedisRefusal } from "./redisCommand.ts"
import type { RedisProgram } from "./redisProgram.ts"
import { startWatched } from "./watched.ts"

/** How to configure a server. */
export interface TestRedisOptions {
  /** More arguments of `redis-server`, such as `["--maxmemory", "2mb"]`. */
  readonly args?: ReadonlyArray<string>
  /** Lines of a configuration file that the server may write to. */
  readonly config?: ReadonlyArray<string>
  /** The password of the default user. */
  readonly password?: string
  /** Accepts only TLS, with these files; clients need no certificate. */
  readonly tls?: { readonly cert: string; readonly key: string }
  /** Any free port by default. */
  readonly port?: number
  /** Whether its data survive the end of the process, by `appendonly yes`; false by default. */
  readonly keepsData?: boolean
}

/** What to run, and the URL by which it is reached. */
export interface RedisServerOptions {
  readonly program: RedisProgram
  /** Its working directory, with data and configuration. */
  readonly folder: string
  readonly url: string
  readonly args: ReadonlyArray<string>
}

/** A Redis process. */
export interface RedisServer {
  readonly signal: (signal: NodeJS.Signals) => Promise<void>
  /** Waits until it has ended. */
  readonly ended: Promise<unknown>
}

/** Starts a server and waits until it answers. Rejects with its last lines if it ends instead. */
export const startRedis = async (options: RedisServerOptions): Promise<RedisServer> => {
  const { program, folder, url, args } = options
  const name = `lead-gateway-test-redis-${process.pid}-${(number += 1)}`
  const { child, ended, lines, pid } = await startWatched({
    command: program.command,
    args: [...program.args(folder, name), ...args],
    cwd: folder,
    env: program.env,
  })
  await awaitReply(url, child, lines)
  return {
    ended,
    signal: async (signal) => {
      if (child.exitCode !== null || child.signalCode !== null) return
      if (program.signal === undefined) process.kill(pid, signal)
      else await program.signal(name, signal)
    },
  }
}

let number = 0

/** Waits for any reply, even an error that asks for a password, except `LOADING`. */
const awaitReply = async (url: string, child: ChildProcess, lines: ReadonlyArray<string>) => {
  const until = performance.now() + 20_000
  for (;;) {
    const reply = await redisCommand(url, ["PING"]).catch((error: unknown) => error)
    if (reply === "PONG") return
    if (reply instanceof RedisRefusal && !reply.message.startsWith("LOADING")) return
    if (child.exitCode !== null || performance.now() > until) {
      child.stdin?.end()
      throw new Error(`Redis does not answer: ${String(reply)}\n${lines.slice(-20).join("\n")}`)
    }
    await setTimeout(5)
  }
}

/** The name of the configuration file in the folder of the server. */
export const configFile = "redis.conf"

/** The arguments of a server; `mode` has flags such as `--sentinel`. */
export const argsOf = (options: TestRedisOptions, mode: ReadonlyArray<string>, port: number) => {
  const { keepsData = false, password, tls } = options
  const settings: ReadonlyArray<readonly [name: string, value: string]> = [
    ["bind", "127.0.0.1"],
    ["dir", "."],
    ["port", tls === undefined ? String(port) : "0"],
    ...Object.entries(mode.length > 0 ? {} : { save: "", appendonly: keepsData ? "yes" : "no" }),
    ...Object.entries(keepsData ? { appendfsync: "always" } : {}),
    ...Object.entries(password === undefined ? {} : { requirepass: password }),
    ...Object.entries(tls === undefined ? {} : tlsSettings(tls, port)),
  ]
  return [
    configFile,
    ...mode,
    ...settings.flatMap(([name, value]) => [`--${name}`, value]),
    ...(options.args ?? []),
  ]
}

const tlsSettings = (files: { readonly cert: string; readonly key: string }, port: number) => ({
  "tls-port": String(port),
  "tls-auth-clients": "no",
  "tls-cert-file": files.cert,
  "tls-key-file": files.key,
  "tls-ca-cert-file": files.cert,
})

/** The URL of a server with these options. */
export const urlOf = (options: TestRedisOptions, port: number) => {
  const user = options.password === undefined ? "" : `:${encodeURIComponent(options.password)}@`
  return `${options.tls === undefined ? "redis" : "rediss"}://${user}127.0.0.1:${port}`
}
