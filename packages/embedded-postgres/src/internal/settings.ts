/**
 * The port and the settings of the server. They are passed on its command line, so that they depend on the version of this
 * program and not on the `postgresql.conf` that `initdb` wrote.
 */
import { createServer } from "node:net"
import { Effect } from "effect"

/** A value of `postgresql.conf`. */
export type Setting = string | number | boolean

/** For a small machine that also runs the gateway: 2 cores, 1 GB. */
const smallMachine = {
  max_connections: 100,
  shared_buffers: "128MB",
  max_wal_size: "1GB",
  checkpoint_timeout: "15min",
  wal_compression: "on",
  jit: "off",
  max_parallel_workers_per_gather: 0,
  random_page_cost: 1.1,
  timezone: "UTC",
}

/**
 * Keeps data out of the log: statements, parameters and values in error texts are all in messages of the level ERROR and
 * below, which are not logged (`LOG` ranks above `ERROR` here).
 */
const logWithoutData = {
  log_min_messages: "log",
  log_min_error_statement: "panic",
  log_error_verbosity: "terse",
  log_parameter_max_length: 0,
  log_parameter_max_length_on_error: 0,
  log_checkpoints: "off",
  log_autovacuum_min_duration: -1,
  log_timezone: "UTC",
  logging_collector: "off",
  log_destination: "stderr",
}

/** For tests: a crash of the machine may lose data. */
const notDurable = { fsync: "off", synchronous_commit: "off", full_page_writes: "off" }

/** Settings that callers cannot override, because this package relies on them. */
const fixed = (port: number) => ({
  listen_addresses: "127.0.0.1",
  port,
  unix_socket_directories: "",
  password_encryption: "scram-sha-256",
})

/** The server's arguments. The caller's settings override the defaults, except address, port and sockets. */
export const settingArguments = (options: {
  readonly port: number
  readonly durable: boolean
  readonly settings: Readonly<Record<string, Setting>>
}): ReadonlyArray<string> => {
  const all = {
    ...smallMachine,
    ...logWithoutData,
    ...(options.durable ? {} : notDurable),
    ...options.settings,
    ...fixed(options.port),
  }
  return Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${String(value)}`])
}

/** A free port of 127.0.0.1. Another program may bind it before it is used. */
export const freePort: Effect.Effect<number> = Effect.callback((resume) => {
  const server = createServer()
  server.on("error", (error) => resume(Effect.die(error)))
  server.listen({ host: "127.0.0.1", port: 0, exclusive: true }, () => {
    const address = server.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    server.close(() => resume(Effect.succeed(port)))
  })
  return Effect.sync(() => server.close())
})
