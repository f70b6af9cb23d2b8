/** Every way to stop a gateway while its customer answers nothing: a bound, a cause, a code, and nothing left behind. */
import { assert, describe, it } from "@effect/vitest"
import { CustomerBehaviour } from "@lead-gateway/testkit"
import { Duration, Effect } from "effect"
import { renameSync } from "node:fs"
import { createServer } from "node:net"
import { join } from "node:path"
import { type Gateway, eventually, makeGateway, processesOf } from "./support/Gateway.ts"

/** SHUTDOWN_TIMEOUT is 1 s; a busy machine is late to notice an end. */
const boundMs = 1000 + 5000
const spareMs = 1000

/** Lets a signal break the process in a way that nobody caught. */
const breakable = (statement: string) => [
  "--import",
  `data:text/javascript,process.on("SIGUSR2",()=>setImmediate(()=>{${encodeURIComponent(statement)}}))`,
]

const kill = (pid: number, signal: NodeJS.Signals) => Effect.sync(() => void process.kill(pid, signal))

interface Way {
  readonly name: string
  readonly begin: (gateway: Gateway) => Effect.Effect<unknown>
  /** Of the line `stopping`. */
  readonly cause: RegExp
  readonly code: 0 | 1
  readonly nodeFlags?: ReadonlyArray<string>
}

const signalled = (signal: NodeJS.Signals): Way => ({
  name: signal,
  begin: ({ process }) => process.kill(signal),
  cause: new RegExp(`^${signal}$`),
  code: 0,
})

const ways: ReadonlyArray<Way> = [
  ...(["SIGTERM", "SIGINT", "SIGHUP"] as const).map(signalled),
  {
    name: "a signal, and three more while it stops",
    begin: ({ process }) =>
      Effect.forEach(["SIGTERM", "SIGINT", "SIGHUP", "SIGTERM"] as const, (signal) =>
        Effect.andThen(process.kill(signal), Effect.sleep("200 millis")),
      ),
    cause: /^SIGTERM$/,
    code: 0,
  },
  {
    name: "an exception that nobody caught",
    nodeFlags: breakable(`throw new TypeError("jane@example.com")`),
    begin: ({ process }) => process.kill("SIGUSR2"),
    cause: /^uncaught exception: TypeError at /,
    code: 1,
  },
  {
    name: "a promise that was rejected unseen",
    nodeFlags: breakable(`Promise.reject(new RangeError("jane@example.com"))`),
    begin: ({ process }) => process.kill("SIGUSR2"),
    cause: /^unhandled rejection: RangeError at /,
    code: 1,
  },
  {
    name: "a lost database: its files are gone, and its server was killed",
    begin: ({ dataDir, postmaster }) =>
      Effect.suspend(() => {
        const pid = postmaster()
        renameSync(join(dataDir, "postgres"), join(dataDir, "postgres.moved"))
        return kill(pid, "SIGKILL")
      }),
    cause: /^the database server ended: its files in .* are gone/,
    code: 1,
  },
  {
    name: "a signal while the database server is suspended",
    begin: ({ postmaster, process }) =>
      Effect.andThen(kill(postmaster(), "SIGSTOP"), process.kill("SIGTERM")),
    cause: /^SIGTERM$/,
    code: 0,
  },
  {
    name: "a signal while the database server is being started again",
    begin: ({ postmaster, process }) =>
      kill(postmaster(), "SIGKILL").pipe(
        Effect.andThen(Effect.sleep("700 millis")),
        Effect.andThen(process.kill("SIGTERM")),
      ),
    cause: /^SIGTERM$/,
    code: 0,
  },
  {
    name: "a signal after the watchdog of the database server was killed",
    begin: ({ folder, process }) =>
      Effect.sync(() => {
        const watchdogs = processesOf(folder).filter((line) => / sh -c /.test(line))
        assert.isNotEmpty(watchdogs)
        for (const line of watchdogs) globalThis.process.kill(Number.parseInt(line), "SIGKILL")
      }).pipe(Effect.andThen(process.kill("SIGTERM"))),
    cause: /^SIGTERM$/,
    code: 0,
  },
]

const stoppingOf = (lines: ReadonlyArray<string>) =>
  lines
    .filter((line) => line.includes('"message":"stopping"'))
    .map((line) => JSON.parse(line) as { readonly cause: string; readonly level: string })

describe.concurrent("a gateway with deliveries under way ends in time, with cause and code", () => {
  for (const way of ways) {
    it.live(way.name, () =>
      Effect.gen(function* () {
        const gateway = yield* makeGateway({
          customer: CustomerBehaviour.hang(),
          ...(way.nodeFlags === undefined ? {} : { nodeFlags: way.nodeFlags }),
        })
        for (let number = 0; number < 6; number++) assert.strictEqual((yield* gateway.post).status, 200)
        yield* gateway.customer.received(5)
        yield* way.begin(gateway)
        const [took, exited] = yield* Effect.timed(gateway.process.exited)
        assert.deepStrictEqual(exited, { code: way.code, signal: null })
        assert.isBelow(Duration.toMillis(took), boundMs + spareMs)
        const [stopping, ...others] = stoppingOf(gateway.process.stdout())
        assert.match(stopping?.cause ?? "", way.cause)
        assert.deepStrictEqual([stopping?.level, others], [way.code === 0 ? "info" : "error", []])
        assert.notInclude(gateway.process.lines().join("\n"), "jane@example.com")
        yield* eventually(
          "no process is left",
          Effect.sync(() => processesOf(gateway.folder)),
          (left) => left.length === 0,
          5000,
        )
      }).pipe(Effect.scoped),
    )
  }

  it.live("a port that another program has: the database is stopped again", () =>
    Effect.gen(function* () {
      const server = createServer()
      const port = yield* Effect.promise(
        () =>
          new Promise<number>((resolve) => {
            server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port))
          }),
      )
      const gateway = yield* Effect.exit(
        makeGateway({ customer: CustomerBehaviour.hang(), env: { API_PORT: String(port) } }),
      )
      server.close()
      assert.include(String(gateway), "another program listens there")
      assert.include(String(gateway), "it ended with code 1")
    }).pipe(Effect.scoped),
  )
})
