/**
 * One Redis process that can be started, killed and paused. It ends when this process ends, even after SIGKILL.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { createServer } from "node:net"
import { createInterface } from "node:readline"
import type { Readable } from "node:stream"
import { setTimeout } from "node:timers/promises"
import { redisCommand, RedisRefusal } from "./redisCommand.ts"
import type { RedisProgram } from "./redisProgram.ts"

/** What to run and where it answers. */
export interface RedisServerOptions {
  readonly program: RedisProgram
  /** Where it works: its data, its configuration. */
  readonly folder: string
  readonly url: string
  readonly args: ReadonlyArray<string>
}

/** A Redis process, up or down. */
export interface RedisServer {
  readonly signal: (signal: NodeJS.Signals) => Promise<void>
  /** Waits until it has ended. */
  readonly ended: Promise<unknown>
}

/** Starts it and waits until it answers. Rejects with its last lines when it ends instead. */
export const startRedis = async (options: RedisServerOptions): Promise<RedisServer> => {
  const { program, folder, url, args } = options
  const name = `lead-gateway-test-redis-${process.pid}-${(number += 1)}`
  const whole = [program.command, ...program.args(folder, name), ...args]
  const child = spawn("sh", ["-c", watchdog, "sh", ...whole], {
    cwd: folder,
    env: program.env,
    stdio: ["pipe", "pipe", "ignore"],
    // Ctrl-C ends the test run, and the end of the run ends the server.
    detached: true,
  })
  const lines: Array<string> = []
  const ended = once(child, "exit")
  const pid = Number(await firstLine(child.stdout, lines))
  await answers(url, child, lines)
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

/** Prints the server's process id and runs it until it ends or standard input does. */
const watchdog = `exec 3<&0
"$@" </dev/null 3<&- & server=$!
echo "$server"
{ cat <&3; kill -9 "$server"; } >/dev/null 2>&1 & watch=$!
exec 3<&-
wait "$server"; code=$?
kill "$watch" 2>/dev/null
exit "$code"`

const firstLine = (output: Readable, lines: Array<string>) =>
  new Promise<string>((resolve) => {
    const reader = createInterface({ input: output })
    reader.once("line", resolve)
    reader.on("line", (line) => lines.push(line))
  })

/** Any answer counts, even a request for a password, except the one that says that data is still being loaded. */
const answers = async (url: string, child: ChildProcess, lines: ReadonlyArray<string>) => {
  const until = performance.now() + 20_000
  for (;;) {
    const answer = await redisCommand(url, ["PING"]).catch((error: unknown) => error)
    if (answer === "PONG") return
    if (answer instanceof RedisRefusal && !answer.message.startsWith("LOADING")) return
    if (child.exitCode !== null || performance.now() > until) {
      child.stdin?.end()
      throw new Error(`Redis does not answer: ${String(answer)}\n${lines.slice(-20).join("\n")}`)
    }
    await setTimeout(5)
  }
}

/** A port that nobody listens on at this moment; low enough for the cluster's own, which is 10000 higher. */
export const freePort = async (): Promise<number> => {
  for (;;) {
    const server = createServer().listen(0, "127.0.0.1")
    await once(server, "listening")
    const address = server.address()
    server.close()
    await once(server, "close")
    if (address !== null && typeof address === "object" && address.port < 55_000) return address.port
  }
}
