import { resolve } from "node:path"
import type { Manifest } from "./Manifest.ts"
import { writeWhole } from "./writeWhole.ts"

/** The metrics of a backup, for the textfile collector of Prometheus' node exporter. */
export const metricsOf = ({ duration_ms, file, taken_at }: Manifest): string =>
  [
    [
      "last_success_timestamp_seconds",
      "The moment that the last successful backup shows",
      Date.parse(taken_at) / 1000,
    ],
    ["size_bytes", "The size of the last successful backup", file.bytes],
    ["duration_seconds", "How long the last successful backup took", duration_ms / 1000],
  ]
    .flatMap(([name, help, value]) => [
      `# HELP lead_gateway_backup_${name} ${help}.`,
      `# TYPE lead_gateway_backup_${name} gauge`,
      `lead_gateway_backup_${name} ${value}`,
    ])
    .join("\n")
    .concat("\n")

/**
 * Writes the metrics of a backup. A backup that fails writes none, so that the last success gets older and the alert
 * on its age fires, as it does when no backup is tried.
 */
export const writeMetrics = (path: string, manifest: Manifest): Promise<void> =>
  writeWhole(resolve(path), metricsOf(manifest), 0o644)
