import { fileURLToPath } from "node:url"

const folder = fileURLToPath(new URL("../../../node_modules/.cache/tested-apps", import.meta.url))

/**
 * The folder where Node keeps the compiled modules of a program that a test starts: it starts in half the time then.
 *
 * There is one for each first argument. V8 discards what was compiled under other flags, a program may set flags for some of its
 * commands, and Node replaces what was discarded.
 */
export const compileCacheOf = ([command = ""]: ReadonlyArray<string> = []): string =>
  `${folder}/${/^[a-z]+$/.test(command) ? command : "others"}`
