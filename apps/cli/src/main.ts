#!/usr/bin/env node
/**
 * The command `lead-gateway`.
 *
 * A server without flags is loaded directly; all other arguments go to the command line. So a server does not load the
 * command line, and `--help` loads no server.
 */
import { isServer, loadServer } from "./servers.ts"

const [name = "", ...flags] = process.argv.slice(2)
if (isServer(name) && flags.length === 0) {
  const server = await loadServer(name)
  const { runCommand } = await import("@lead-gateway/runtime/command")
  runCommand(server)
} else {
  const { run } = await import("./commandLine.ts")
  run()
}
