#!/usr/bin/env node
/**
 * The command `lead-gateway`.
 *
 * A server that is started without flags is loaded at once; whatever else was typed is read by the command line. So a
 * server holds no command line in its memory, and `--help` loads no server.
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
