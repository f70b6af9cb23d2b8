import { debianPackages } from "@lead-gateway/testkit"
import { Effect, type Scope } from "effect"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { makeEmptyFolder } from "../../faults/support/places.ts"

/** A page in Debian's Chromium, seen by its debugging protocol. */
export interface BrowserPage {
  /** The URLs that were asked for, until now. */
  readonly requested: () => ReadonlyArray<string>
  /** What the browser and the page complained about: errors, warnings, violations of the page's policy. */
  readonly complaints: () => ReadonlyArray<string>
  /** The value of an expression in the page. */
  readonly evaluate: (expression: string) => Effect.Effect<unknown>
  /** Waits until an expression is true, for 60 s at most. */
  readonly until: (expression: string) => Effect.Effect<void>
}

interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: Readonly<Record<string, unknown>>
  readonly result?: Readonly<Record<string, unknown>>
}

/** Makes complaints readable, which the protocol shows as types of objects, and tells of violations as the page knows them. */
const listen = `
  for (const level of ["error", "warn"]) {
    const log = console[level]
    const text = (value) => {
      try { return typeof value === "object" ? JSON.stringify(value).slice(0, 2000) : value } catch { return "?" }
    }
    console[level] = (...values) => log.apply(console, values.map(text))
  }
  addEventListener("securitypolicyviolation", (event) =>
    console.error("violation", event.violatedDirective, event.blockedURI))`

/** Opens a page of a URL in a browser of its own, for the current scope. */
export const openPage = Effect.fnUntraced(function* (
  url: string,
): Effect.fn.Return<BrowserPage, never, Scope.Scope> {
  const { libraries, root } = yield* Effect.promise(() => debianPackages("chromium"))
  const folder = yield* makeEmptyFolder
  yield* Effect.acquireRelease(
    Effect.sync(() =>
      spawn(
        join(root, "usr/lib/chromium/chromium"),
        [
          "--headless",
          "--no-sandbox",
          "--disable-gpu",
          "--no-first-run",
          "--window-size=1400,1000",
          `--user-data-dir=${folder}`,
          "--remote-debugging-port=0",
          "about:blank",
        ],
        {
          detached: true,
          stdio: "ignore",
          env: { PATH: process.env.PATH, HOME: folder, LD_LIBRARY_PATH: libraries },
        },
      ),
    ),
    (child) =>
      Effect.promise(async () => {
        const closed = child.exitCode === null && child.signalCode === null ? once(child, "close") : undefined
        // Its helpers are of its process group.
        if (closed !== undefined && child.pid !== undefined) process.kill(-child.pid, "SIGKILL")
        await closed
      }),
  )
  const socket = yield* Effect.acquireRelease(
    Effect.promise(() => connect(folder)),
    (open) => Effect.sync(() => open.close()),
  )

  const requested: Array<string> = []
  const complaints: Array<string> = []
  const waiting = new Map<number, (message: Message) => void>()
  socket.addEventListener("message", ({ data }) => {
    const message = JSON.parse(String(data)) as Message
    if (message.id !== undefined) waiting.get(message.id)?.(message)
    const { method, params = {} } = message
    if (method === "Network.requestWillBeSent") requested.push(textAt(params, "request", "url"))
    const isComplaint =
      method === "Runtime.exceptionThrown" ||
      method === "Network.loadingFailed" ||
      method === "Audits.issueAdded" ||
      (method === "Log.entryAdded" && /error|warning/.test(textAt(params, "entry", "level"))) ||
      (method === "Runtime.consoleAPICalled" && /error|warning|assert/.test(textAt(params, "type")))
    if (isComplaint) complaints.push(`${method}: ${JSON.stringify(params)}`)
  })
  let last = 0
  const send = (method: string, params: object = {}) =>
    Effect.promise(
      () =>
        new Promise<Message>((resolve) => {
          const id = ++last
          waiting.set(id, resolve)
          socket.send(JSON.stringify({ id, method, params }))
        }),
    )
  const evaluate = (expression: string) =>
    Effect.map(
      send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true }),
      ({ result = {} }) => (result["result"] as { readonly value?: unknown } | undefined)?.value,
    )

  for (const domain of ["Network", "Log", "Runtime", "Page", "Audits"]) yield* send(`${domain}.enable`)
  yield* send("Page.addScriptToEvaluateOnNewDocument", { source: listen })
  yield* send("Page.navigate", { url })
  return {
    requested: () => requested,
    complaints: () => complaints,
    evaluate,
    until: (expression) =>
      Effect.gen(function* () {
        while ((yield* evaluate(expression)) !== true) yield* Effect.sleep(100)
      }).pipe(Effect.timeout("60 seconds"), Effect.orDie),
  }
})

const textAt = (value: unknown, ...path: ReadonlyArray<string>): string =>
  String(
    path.reduce<unknown>((at, key) => (at as Readonly<Record<string, unknown>> | undefined)?.[key], value),
  )

/** The debugging connection of the browser's only page: Chromium writes its port into its folder. */
const connect = async (folder: string): Promise<WebSocket> => {
  for (let attempt = 0; attempt < 600; attempt++) {
    const [port] = (await readFile(join(folder, "DevToolsActivePort"), "utf8").catch(() => "")).split("\n")
    const pages = port
      ? ((await fetch(`http://127.0.0.1:${port}/json/list`).then(
          (answer) => answer.json(),
          () => [],
        )) as ReadonlyArray<{ readonly type: string; readonly webSocketDebuggerUrl: string }>)
      : []
    const page = pages.find(({ type }) => type === "page")
    if (page !== undefined) {
      const socket = new WebSocket(page.webSocketDebuggerUrl)
      await once(socket, "open")
      return socket
    }
    await setTimeout(100)
  }
  throw new Error("Chromium does not start")
}
