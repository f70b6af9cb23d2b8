/**
 * A server's process that ends with this process, even after SIGKILL.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { createServer } from "node:net"
import { createInterface } from "node:readline"
import type { Readable } from "node:stream"

/** What to run, where, and with which environment. */
export interface WatchedOptions {
  readonly command: string
  readonly args: ReadonlyArray<string>
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
}

/** A process that runs. */
export interface Watched {
  readonly child: ChildProcess
  readonly pid: number
  /** The lines that it has written to its standard output. */
  readonly lines: ReadonlyArray<string>
  /** Waits until it has ended. */
  readonly ended: Promise<unknown>
}

/** Starts a process; resolves when it has an id. */
export const startWatched = async ({ args, command, cwd, env }: WatchedOptions): Promise<Watched> => {
  const child = spawn("sh", ["-c", watchdog, "sh", command, ...args], {
    cwd,
    env,
    stdio: ["pipe", "pipe", "ignore"],
    // Ctrl-C ends the test run, and the end of the run ends the server.
    detached: true,
  })
  const lines: Array<string> = []
  const ended = once(child, "exit")
  const pid = Number(await firstLine(child.stdout, lines))
  return { child, pid, lines, ended }
}

/** Prints the server's process id, and kills the server when standard input ends. */
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

/** A port that is free now, below 55000: the port of Redis's cluster bus is 10000 higher. */
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
