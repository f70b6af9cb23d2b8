import { Effect } from "effect"
import { join } from "node:path"
import { inRepository, makeEmptyFolder, ownPort } from "../../faults/support/places.ts"
import { startProgram } from "./programs.ts"

/** Debian's node exporter, which also shows the metrics of `*.prom` in a folder, and its blackbox exporter as it is deployed. */
export const startExporters = Effect.gen(function* () {
  const folder = yield* makeEmptyFolder
  const [node, blackbox] = [`127.0.0.1:${yield* ownPort}`, `127.0.0.1:${yield* ownPort}`]
  yield* startProgram(
    "nodeExporter",
    [
      `--web.listen-address=${node}`,
      `--collector.textfile.directory=${folder}`,
      "--log.level=error",
      "--collector.disable-defaults",
      "--collector.filesystem",
      "--collector.textfile",
    ],
    `http://${node}/`,
  )
  yield* startProgram(
    "blackboxExporter",
    [
      `--config.file=${inRepository("deploy/blackbox/blackbox.yml")}`,
      `--web.listen-address=${blackbox}`,
      "--log.level=error",
    ],
    `http://${blackbox}/-/healthy`,
  )
  return {
    node,
    blackbox,
    /** What `lead-gateway backup --metrics-file` names. */
    backupMetrics: join(folder, "lead-gateway-backup.prom"),
  }
})
