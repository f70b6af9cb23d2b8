/**
 * Runs a program as an ordinary user: `node asNobody.ts /path/to/main.ts start`, started by root.
 *
 * Where root keeps the repository to itself (below /root, say), nobody could not read the program. Then root
 * becomes nobody by name only, in a user namespace: what is root's outside stays readable, and all that is
 * asked for inside is a user without rights.
 */
import { everybodyReaches, nobody } from "./nobody.ts"

const [program = "", ...args] = process.argv.slice(2)

if (everybodyReaches(program)) {
  process.setgroups?.([])
  process.setgid?.(nobody)
  process.setuid?.(nobody)
  process.argv.splice(1, 1)
  await import(program)
} else {
  const names = ["-U", `--map-user=${nobody}`, `--map-group=${nobody}`]
  const command = [process.execPath, ...process.execArgv, program, ...args]
  process.execve?.("/usr/bin/unshare", ["unshare", ...names, "--", ...command], process.env)
}
