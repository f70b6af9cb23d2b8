/**
 * Runs a program whose folder is a small disk of its own: `node smallDisk.main.ts 200m /folder main.ts args…`.
 *
 * A tmpfs in a mount namespace. Root needs CAP_SYS_ADMIN for it, which a container started with `--privileged` and every
 * machine has; others, and root without it, get a user namespace, where the system allows these. Where neither is allowed
 * this fails and says so. Others see the disk under `/proc/<pid>/root`. Signals are passed on.
 */
import { spawn, spawnSync } from "node:child_process"

const [size = "", folder = "", ...command] = process.argv.slice(2)

const program = "unshare"

const script = 'mkdir -p "$2" && mount -t tmpfs -o "size=$1,mode=0711" none "$2" && shift 2 && exec "$@"'
const ways = [["-m"], ["-Urm"]].filter(
  (way) => spawnSync(program, [...way, "mount", "-t", "tmpfs", "none", "/mnt"]).status === 0,
)
const [way] = ways
if (way === undefined) throw new Error("no small disk: this needs CAP_SYS_ADMIN or user namespaces")

const child = spawn(
  program,
  [...way, "sh", "-c", script, "sh", size, folder, process.execPath, ...process.execArgv, ...command],
  { stdio: "inherit" },
)
// The program has the process id of `unshare`, which it replaces.
process.stdout.write(`disk of process ${child.pid}\n`)
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => child.kill(signal))
child.on("exit", (code) => {
  process.exitCode = code ?? 1
})
