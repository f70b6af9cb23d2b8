/**
 * A RabbitMQ node of Debian's packages: its files, environment and arguments, and its start.
 *
 * The node runs without the scripts of the package, which need its user and `/var/lib`. Its Erlang distribution uses an
 * `epmd` of its own, so that all nodes can be called `rabbit@localhost`.
 */
import { execFile } from "node:child_process"
import { once } from "node:events"
import { mkdir, readdir, writeFile } from "node:fs/promises"
import { connect } from "node:net"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { promisify } from "node:util"
import { debianPackages } from "../debianPackages.ts"
import { freePort, startWatched, type Watched } from "./watched.ts"

const run = promisify(execFile)

/** The files of RabbitMQ and Erlang, and the environment in which Erlang finds its libraries. */
export interface RabbitProgram {
  readonly erlang: string
  readonly binaries: string
  readonly plugins: string
  readonly env: NodeJS.ProcessEnv
}

/** Unpacks the packages, once per machine. Rejects without apt or if there is no such package. */
export const rabbitProgram = async (): Promise<RabbitProgram> => {
  const { libraries, root } = await debianPackages("rabbitmq-server", "erlang-base")
  const erlang = join(root, "usr/lib/erlang")
  const rabbit = join(root, "usr/lib/rabbitmq/lib")
  const plugins = join(rabbit, await only(rabbit, "rabbitmq_server-"), "plugins")
  return {
    erlang,
    binaries: join(erlang, await only(erlang, "erts-"), "bin"),
    plugins,
    env: { ...process.env, LD_LIBRARY_PATH: libraries },
  }
}

const only = async (folder: string, prefix: string) => {
  const name = (await readdir(folder)).find((one) => one.startsWith(prefix))
  if (name === undefined) throw new Error(`nothing in ${folder} begins with ${prefix}`)
  return name
}

/** Where a node listens. */
export interface RabbitPorts {
  readonly amqp: number
  readonly amqps: number
  readonly distribution: number
  readonly epmd: number
}

/** Free ports for a node. */
export const rabbitPorts = async (amqp?: number): Promise<RabbitPorts> => ({
  amqp: amqp ?? (await freePort()),
  amqps: await freePort(),
  distribution: await freePort(),
  epmd: await freePort(),
})

/** A node's folder, which has its data in `data`. */
export interface RabbitOptions {
  readonly program: RabbitProgram
  readonly folder: string
  readonly ports: RabbitPorts
  /** Listens for TLS as well, with these files. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined
}

/** Starts the `epmd` of a node. */
export const startEpmd = ({ folder, ports, program }: RabbitOptions): Promise<Watched> =>
  startWatched({
    command: join(program.binaries, "epmd"),
    args: ["-address", "127.0.0.1", "-port", String(ports.epmd)],
    cwd: folder,
    env: program.env,
  })

/** Starts a node, and waits until it accepts connections. Rejects with its last lines if it ends instead. */
export const startRabbit = async (options: RabbitOptions): Promise<Watched> => {
  const { folder, ports, program } = options
  const [plugins, config] = [join(folder, "enabled_plugins"), join(folder, "rabbitmq.conf")]
  await mkdir(join(folder, "data"), { recursive: true })
  await writeFile(plugins, "[].")
  await writeFile(config, configOf(options))
  const node = await startWatched({
    command: join(program.binaries, "erlexec"),
    args: argsOf(ports),
    cwd: folder,
    env: {
      ...program.env,
      ROOTDIR: program.erlang,
      BINDIR: program.binaries,
      EMU: "beam",
      PROGNAME: "erl",
      HOME: folder,
      ERL_LIBS: program.plugins,
      ERL_EPMD_ADDRESS: "127.0.0.1",
      ERL_EPMD_PORT: String(ports.epmd),
      RABBITMQ_HOME: join(program.plugins, ".."),
      RABBITMQ_NODENAME: nodeName,
      RABBITMQ_NODE_IP_ADDRESS: "127.0.0.1",
      RABBITMQ_NODE_PORT: String(ports.amqp),
      RABBITMQ_DIST_PORT: String(ports.distribution),
      RABBITMQ_MNESIA_BASE: join(folder, "data"),
      RABBITMQ_LOG_BASE: join(folder, "data"),
      RABBITMQ_FEATURE_FLAGS_FILE: join(folder, "data", "feature_flags"),
      RABBITMQ_GENERATED_CONFIG_DIR: join(folder, "data", "config"),
      RABBITMQ_PID_FILE: join(folder, "data", "pid"),
      RABBITMQ_LOGS: "-",
      RABBITMQ_PLUGINS_DIR: program.plugins,
      RABBITMQ_ENABLED_PLUGINS_FILE: plugins,
      RABBITMQ_CONFIG_FILE: config,
    },
  })
  await awaitConnection(node, ports.amqp)
  return node
}

const nodeName = "rabbit@localhost"
const cookie = "lead-gateway-test"

const configOf = ({ ports, tls }: RabbitOptions) =>
  (tls === undefined
    ? []
    : [
        `listeners.ssl.1 = 127.0.0.1:${ports.amqps}`,
        `ssl_options.cacertfile = ${tls.cert}`,
        `ssl_options.certfile = ${tls.cert}`,
        `ssl_options.keyfile = ${tls.key}`,
        "ssl_options.verify = verify_none",
      ]
  )
    .map((line) => `${line}\n`)
    .join("")

const argsOf = ({ distribution }: RabbitPorts): ReadonlyArray<string> =>
  [
    "-noinput -boot start_sasl -s rabbit boot +W w +P 1048576 +t 5000000 +stbt db",
    "+sbwt none +sbwtdcpu none +sbwtdio none",
    `-setcookie ${cookie} -kernel inet_dist_listen_min ${distribution} inet_dist_listen_max ${distribution}`,
    "-kernel inet_dist_use_interface {127,0,0,1} -kernel prevent_overlapping_partitions false",
  ].flatMap((line) => line.split(" "))

const awaitConnection = async ({ child, lines }: Watched, port: number) => {
  const until = performance.now() + 90_000
  while (!(await accepts(port))) {
    if (child.exitCode !== null || performance.now() > until) {
      child.stdin?.end()
      throw new Error(`RabbitMQ does not start\n${lines.slice(-30).join("\n")}`)
    }
    await setTimeout(20)
  }
}

const accepts = async (port: number) => {
  const socket = connect(port, "127.0.0.1")
  return once(socket, "connect")
    .then(() => true)
    .catch(() => false)
    .finally(() => socket.destroy())
}

/** Evaluates an Erlang expression in the node, and returns its value as text. Rejects if it fails. */
export const evaluate = async ({ program, ports }: RabbitOptions, expression: string): Promise<string> => {
  const asked = run(join(program.erlang, "bin/erl_call"), ["-c", cookie, "-n", nodeName, "-e"], {
    env: { ...program.env, ERL_EPMD_PORT: String(ports.epmd) },
    timeout: 30_000,
  })
  asked.child.stdin?.end(`${expression}.\n`)
  const { stdout } = await asked
  const [, value] = /^\{ok, (.*)\}$/s.exec(stdout.trim()) ?? []
  if (value === undefined) throw new Error(`RabbitMQ cannot evaluate ${expression}: ${stdout}`)
  return value
}
