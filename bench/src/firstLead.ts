/** How long a new user takes from `npm start` to the first lead in the console, by what is on the screen alone. */
import { scratchFolder } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { execFile, spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { startBrowser } from "./Browser.ts"
import { freePort } from "./freePort.ts"
import { markdownTable } from "./markdownTable.ts"
import { quantile } from "./statistics.ts"

const repository = fileURLToPath(new URL("../..", import.meta.url))

const shell = promisify(execFile)

/** Seconds since `npm start` was entered. */
interface Steps {
  /** The banner names the console's address. */
  readonly banner: number
  /** The console shows the command that sends a lead. */
  readonly command: number
  /** The command was pasted, and the console shows that a lead was received and delivered. */
  readonly lead: number
}

/** Follows the banner so many times, each with an empty database, and prints the medians and extremes. */
export const firstLead = Effect.fnUntraced(function* (rounds: number) {
  const all: Array<Steps> = []
  for (let round = 0; round < rounds; round++) {
    all.push(yield* follow)
    console.log(`round ${round + 1}: ${JSON.stringify(all.at(-1))}`)
  }
  const row = (step: string, key: keyof Steps) => {
    const times = all.map((steps) => steps[key])
    const [median, least, most] = [0.5, 0, 1].map((part) => quantile(times, part).toFixed(1))
    return { step, "s since npm start": `${median} (${least}..${most})` }
  }
  console.log(
    markdownTable([
      row("the banner names the console", "banner"),
      row("the console shows how to send a lead", "command"),
      row("the console shows that the lead was delivered", "lead"),
    ]),
  )
})

const follow = Effect.gen(function* () {
  const folder = yield* scratchFolder()
  const context = yield* startBrowser(folder)
  const [apiPort, workerPort] = [yield* freePort, yield* freePort]
  const began = performance.now()
  const seconds = () => Number(((performance.now() - began) / 1000).toFixed(2))
  const start = yield* Effect.acquireRelease(
    Effect.sync(() =>
      spawn("npm", ["start"], {
        cwd: repository,
        env: {
          ...process.env,
          API_PORT: String(apiPort),
          WORKER_PORT: String(workerPort),
          DATA_DIR: join(folder, "data"),
        },
        stdio: ["ignore", "pipe", "inherit"],
        detached: true,
      }),
    ),
    (child) =>
      Effect.promise(async () => {
        if (child.exitCode !== null || child.pid === undefined) return
        const ended = once(child, "close")
        process.kill(-child.pid, "SIGINT")
        await ended
      }),
  )
  return yield* Effect.promise(async (): Promise<Steps> => {
    const address = await lineOf(start.stdout, /^ *console +(http\S+?),?(?: |$)/)
    const banner = seconds()
    const page = await context.newPage()
    await page.goto(address)
    await page.getByRole("button", { name: "Copy the command" }).click()
    const command = String(await page.evaluate("navigator.clipboard.readText()"))
    const shown = seconds()
    await shell("sh", ["-c", command])
    await page.getByText("1 received = 1 delivered").waitFor()
    return { banner, command: shown, lead: seconds() }
  })
}).pipe(Effect.scoped)

/** The first group of the first line that matches. */
const lineOf = async (output: NodeJS.ReadableStream, pattern: RegExp): Promise<string> => {
  for await (const line of createInterface({ input: output })) {
    const found = pattern.exec(line)?.[1]
    if (found !== undefined) {
      output.resume()
      return found
    }
  }
  throw new Error("npm start has ended without a banner")
}
