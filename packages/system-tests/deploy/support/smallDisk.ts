/** Debian's node exporter on a small disk of its own, which can be filled. */
import { Effect } from "effect"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { inRepository, ownPort } from "../../faults/support/places.ts"
import { until } from "../../faults/support/until.ts"
import { find } from "./programs.ts"

/** Starts it for the current scope. The disk is a tmpfs that only the exporter, and this process by `/proc`, see. */
export const startSmallDisk = Effect.gen(function* () {
  // Not in memory: the exporter shows nothing below /dev.
  const disk = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(realpathSync(tmpdir()), "lead-gateway-disk-"))),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true })),
  )
  const address = `127.0.0.1:${yield* ownPort}`
  const { env, path } = yield* Effect.promise(() => find("nodeExporter"))
  const args = [
    `--web.listen-address=${address}`,
    "--log.level=error",
    "--collector.disable-defaults",
    "--collector.filesystem",
    `--path.procfs=${disk}/proc`,
  ]
  // The exporter reads the mounts of the first process, which does not see the disk.
  const script = `
    const { mkdirSync, readFileSync, writeFileSync } = require("node:fs")
    mkdirSync("${disk}/proc/1", { recursive: true })
    writeFileSync("${disk}/proc/1/mounts", readFileSync("/proc/self/mounts"))
    require("node:child_process").spawn(${JSON.stringify(path)}, ${JSON.stringify(args)}, { stdio: "inherit" })`
  const child = yield* Effect.acquireRelease(
    Effect.sync(() =>
      spawn(
        process.execPath,
        [
          inRepository("packages/system-tests/attacks/support/smallDisk.main.ts"),
          "4m",
          disk,
          "--eval",
          script,
        ],
        { env, stdio: ["ignore", "pipe", "inherit"], detached: true },
      ),
    ),
    (child) =>
      Effect.promise(async () => {
        const ended = once(child, "exit")
        if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL")
        await ended
      }),
  )
  let output = ""
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()))
  const answers = Effect.promise(() =>
    fetch(`http://${address}/metrics`).then(
      ({ ok }) => ok,
      () => false,
    ),
  )
  if (!(yield* until(answers, 30_000, 100))) {
    return yield* Effect.die(new Error(`no exporter on a small disk: ${output}`))
  }
  const pid = /disk of process (\d+)/.exec(output)?.[1] ?? ""
  const file = join("/proc", pid, "root", disk, "full")
  return {
    node: address,
    fill: Effect.sync(() => writeFileSync(file, Buffer.alloc(3_990_000))),
    clear: Effect.sync(() => rmSync(file)),
  }
})
