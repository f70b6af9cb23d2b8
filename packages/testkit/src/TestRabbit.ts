/**
 * A real RabbitMQ for the current scope, which can be killed, paused, emptied and started again.
 *
 * Used by tests of the RabbitMQ driver and of whole programs. It is the server of Debian's packages, unpacked and not
 * installed. A test without it fails and is not skipped.
 */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, type Scope } from "effect"
import { evaluate, rabbitPorts, rabbitProgram, startEpmd, startRabbit } from "./internal/rabbitServer.ts"

/** How to configure a server. */
export interface TestRabbitOptions {
  /** Accepts TLS as well, on `tlsPort`, with these files; clients need no certificate. */
  readonly tls?: { readonly cert: string; readonly key: string }
  /** Any free port by default. */
  readonly port?: number
}

/** A running server. */
export interface TestRabbit {
  /** `amqp://guest:guest@…`, with the default vhost; the same after a restart. */
  readonly url: string
  readonly port: number
  readonly tlsPort: number
  /** Makes an empty vhost, and returns its URL. */
  readonly vhost: Effect.Effect<string>
  /**
   * Writes what it keeps in memory for some seconds after a quorum queue was declared. If it is killed before, RabbitMQ
   * 3.10 never finds a leader of that queue again.
   */
  readonly sync: Effect.Effect<void>
  /** Ends it by SIGKILL, even if it is paused. Its data survive. */
  readonly kill: Effect.Effect<void>
  /** Removes its data; only while it is killed. */
  readonly wipe: Effect.Effect<void>
  /** Starts it again after `kill`. */
  readonly start: Effect.Effect<void>
  /** Suspends it by SIGSTOP: connections stay open, and nothing is answered. */
  readonly pause: Effect.Effect<void>
  readonly resume: Effect.Effect<void>
  /** Sets or clears its memory alarm, by which it blocks connections that publish. */
  readonly memoryAlarm: (on: boolean) => Effect.Effect<void>
  /** Evaluates an Erlang expression in it, as `rabbitmqctl eval` does, and returns its value as text. */
  readonly evaluate: (expression: string) => Effect.Effect<string>
}

/** A server for the current scope; about 6 s, the first time on a machine some more. */
const make = (options: TestRabbitOptions = {}): Effect.Effect<TestRabbit, never, Scope.Scope> =>
  Effect.gen(function* () {
    const program = yield* Effect.promise(rabbitProgram)
    const folder = yield* Effect.acquireRelease(
      Effect.promise(() => mkdtemp(join(tmpdir(), "lead-gateway-test-rabbit-"))),
      (folder) => Effect.promise(() => rm(folder, { recursive: true, force: true, maxRetries: 5 })),
    )
    const ports = yield* Effect.promise(() => rabbitPorts(options.port))
    const server = { program, folder, ports, tls: options.tls }
    const epmd = yield* Effect.promise(() => startEpmd(server))
    const endEpmd = Effect.promise(() => (process.kill(epmd.pid, "SIGKILL"), epmd.ended))
    yield* Effect.addFinalizer(() => endEpmd)
    let node = yield* Effect.promise(() => startRabbit(server))
    const signal = (name: NodeJS.Signals) =>
      Effect.sync(() => {
        if (node.child.exitCode === null && node.child.signalCode === null) process.kill(node.pid, name)
      })
    const kill = Effect.andThen(
      signal("SIGKILL"),
      Effect.promise(() => node.ended),
    )
    yield* Effect.addFinalizer(() => kill)

    const call = (expression: string) => Effect.promise(() => evaluate(server, expression))
    let vhosts = 0
    return {
      url: `amqp://guest:guest@127.0.0.1:${ports.amqp}`,
      port: ports.amqp,
      tlsPort: ports.amqps,
      vhost: Effect.suspend(() => {
        const name = `test-${(vhosts += 1)}`
        const [text, any, user] = [`<<"${name}">>`, `<<".*">>`, `<<"test">>`]
        return Effect.as(
          call(`ok = rabbit_vhost:add(${text}, ${user}),
            rabbit_auth_backend_internal:set_permissions(<<"guest">>, ${text}, ${any}, ${any}, ${any}, ${user})`),
          `amqp://guest:guest@127.0.0.1:${ports.amqp}/${name}`,
        )
      }),
      sync: Effect.asVoid(call("[ok = dets:sync(Table) || Table <- dets:all()]")),
      kill,
      wipe: Effect.promise(() => rm(join(folder, "data"), { recursive: true, force: true })),
      start: Effect.promise(async () => {
        node = await startRabbit(server)
      }),
      pause: signal("SIGSTOP"),
      resume: signal("SIGCONT"),
      memoryAlarm: (on) =>
        Effect.asVoid(call(`vm_memory_monitor:set_vm_memory_high_watermark(${on ? "0.0" : "0.4"})`)),
      evaluate: call,
    }
  })

/** Starts RabbitMQ servers for tests. */
export const TestRabbit = { make }
