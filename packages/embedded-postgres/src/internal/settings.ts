/**
 * The settings that the server is started with. They are passed on its command line, so that the same version of
 * the program always runs the same server, whatever `initdb` once wrote.
 */

/** A value as it stands in `postgresql.conf`. */
export type Setting = string | number | boolean

/** Fit for a small machine that runs the gateway too: 2 cores, 1 GB. */
const modest = {
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
 * The log names no data: neither statements nor parameters nor the values in an error's text, which all stand
 * in messages of the level ERROR and below (`LOG` ranks above `ERROR` here).
 */
const discreet = {
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

/** For tests, where a crash of the machine may lose data. */
const careless = { fsync: "off", synchronous_commit: "off", full_page_writes: "off" }

/** Settings that callers cannot override, because this package relies on them. */
const fixed = (port: number) => ({
  listen_addresses: "127.0.0.1",
  port,
  unix_socket_directories: "",
  password_encryption: "scram-sha-256",
})

/** The server's arguments. What the caller sets wins over the defaults, but for the address and the port. */
export const settingArguments = (options: {
  readonly port: number
  readonly durable: boolean
  readonly settings: Readonly<Record<string, Setting>>
}): ReadonlyArray<string> => {
  const all = {
    ...modest,
    ...discreet,
    ...(options.durable ? {} : careless),
    ...options.settings,
    ...fixed(options.port),
  }
  return Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${String(value)}`])
}
