import { fileURLToPath } from "node:url"

/** The variable that names the bundled program, which a run makes before its tests. */
export const bundledCommandLine = "LEAD_GATEWAY_BUNDLED_COMMAND_LINE"

/**
 * The path of the command line's program, for a test that starts it: one bundle where the run has made it, which starts in
 * less than half the time, else its source.
 */
export const commandLine: string =
  process.env[bundledCommandLine] ?? fileURLToPath(new URL("../../../apps/cli/src/main.ts", import.meta.url))
