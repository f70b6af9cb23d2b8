import { debianPackages } from "@lead-gateway/testkit"
import { Effect, type Scope } from "effect"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { createServer } from "node:http"
import { connect, createServer as createTcpServer } from "node:net"
import { join } from "node:path"
import { makeEmptyFolder, ownPort } from "../../faults/support/places.ts"
import { attackPage, type PageReport } from "./attackPage.ts"

/** Chromium, and a site that it can visit under any name that ends in `.test`, and as 127.0.0.1 and localhost. */
export interface Browser {
  /** The site's port. */
  readonly port: number
  /**
   * Opens a page of the site that attacks the api, and returns what it could do. The origin is that of the page; `sandboxed`
   * puts it in a frame whose origin is `null`.
   */
  readonly visit: (
    origin: string,
    options: { readonly api: string; readonly sandboxed?: boolean },
  ) => Effect.Effect<PageReport>
  /**
   * The same for a page whose name leads to the site until it is loaded, and to the api from then on, on the same port: DNS
   * rebinding. The page asks its own origin.
   */
  readonly visitRebound: (name: string, apiPort: number) => Effect.Effect<PageReport>
}

/** Debian's Chromium, unpacked and not installed, for the current scope. */
export const makeBrowser: Effect.Effect<Browser, never, Scope.Scope> = Effect.gen(function* () {
  const { libraries, root } = yield* Effect.promise(() => debianPackages("chromium"))
  const folder = yield* makeEmptyFolder
  const site = yield* makeSite
  let visits = 0

  /** Runs Chromium with one page until that has reported, or 15 s. */
  const open = (url: string) =>
    Effect.acquireUseRelease(
      Effect.sync(() =>
        spawn(
          // The visitor's machine is another one than the api's: it must not take processor time from the latter.
          "nice",
          [
            "-n19",
            join(root, "usr/lib/chromium/chromium"),
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            `--user-data-dir=${join(folder, String(visits++))}`,
            "--host-resolver-rules=MAP *.test 127.0.0.1",
            url,
          ],
          {
            detached: true,
            stdio: "ignore",
            env: { PATH: process.env.PATH, HOME: folder, LD_LIBRARY_PATH: libraries },
          },
        ),
      ),
      () => site.report,
      (child) =>
        Effect.promise(async () => {
          const closed =
            child.exitCode === null && child.signalCode === null ? once(child, "close") : undefined
          // Its helpers are of its process group.
          if (closed !== undefined && child.pid !== undefined) process.kill(-child.pid, "SIGKILL")
          await closed
        }),
    ).pipe(Effect.timeout("15 seconds"), Effect.orDie)

  const browser: Browser = {
    port: site.port,
    visit: (origin, { api, sandboxed = false }) => {
      const page = new URL(sandboxed ? "/sandbox" : "/page", origin)
      page.searchParams.set("api", api)
      return open(page.href)
    },
    visitRebound: (name, apiPort) =>
      Effect.scoped(
        Effect.gen(function* () {
          const front = yield* makeSwitch(site.port)
          site.whenLoaded(() => front.leadTo(apiPort))
          return yield* open(`http://${name}:${front.port}/page?api=`)
        }),
      ),
  }
  return browser
})

/** Serves the attacking page, and receives its report. */
const makeSite = Effect.gen(function* () {
  const port = yield* ownPort
  let reported: (report: PageReport) => void = () => {}
  let loaded: () => void = () => {}
  const server = createServer((request, response) => {
    const { pathname, search } = new URL(request.url ?? "/", "http://site.test")
    // Closed, so that a page whose name leads elsewhere from now on makes a new connection.
    const headers = { "Content-Type": "text/html", Connection: "close" }
    if (pathname === "/report") {
      const chunks: Array<Buffer> = []
      request
        .on("data", (chunk: Buffer) => chunks.push(chunk))
        .on("end", () => {
          response.writeHead(204, headers).end()
          reported(JSON.parse(Buffer.concat(chunks).toString()) as PageReport)
        })
    } else if (pathname === "/loaded") {
      response.on("close", () => loaded()).writeHead(204, headers)
      response.end()
    } else if (pathname === "/sandbox") {
      response.writeHead(200, headers)
      response.end(`<iframe sandbox="allow-scripts allow-forms" src="/page${search}"></iframe>`)
    } else {
      response.writeHead(pathname === "/page" ? 200 : 404, headers)
      response.end(pathname === "/page" ? attackPage(`http://site.test:${port}`) : "")
    }
  })
  yield* Effect.acquireRelease(
    Effect.promise(() => once(server.listen(port, "127.0.0.1"), "listening")),
    () => Effect.sync(() => server.close().closeAllConnections()),
  )
  return {
    port,
    whenLoaded: (then: () => void) => {
      loaded = then
    },
    /** The next report. */
    report: Effect.callback<PageReport>((resume) => {
      reported = (report) => resume(Effect.succeed(report))
    }),
  }
})

/** A port that leads to one port first and to another one later, as a name does whose address changes. */
const makeSwitch = Effect.fnUntraced(function* (first: number) {
  const port = yield* ownPort
  let target = first
  const server = createTcpServer((client) => {
    const upstream = connect(target, "127.0.0.1")
    client.on("error", () => upstream.destroy()).pipe(upstream)
    upstream.on("error", () => client.destroy()).pipe(client)
  })
  yield* Effect.acquireRelease(
    Effect.promise(() => once(server.listen(port, "127.0.0.1"), "listening")),
    () => Effect.sync(() => server.close()),
  )
  return {
    port,
    leadTo: (next: number) => {
      target = next
    },
  }
})
