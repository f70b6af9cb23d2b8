import { type ConsoleFile, readConsole } from "@lead-gateway/console/files"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

/** True for an installed package, which has these files beside the bundle; false in a checkout of the repository. */
export const isInstalled = existsSync(join(import.meta.dirname, "migrations"))

const folder = (name: string): string => join(import.meta.dirname, isInstalled ? name : `../../../${name}`)

/** The files that ship with this version, whatever the working directory is. */
export const shipped = {
  /** The folder of the database's migrations. */
  migrations: folder("migrations"),
  /** The folder of the configuration files that are used where an operator has none. */
  config: folder("config"),
  /** The program of the process for previews: a file beside this one. */
  preview: { file: join(import.meta.dirname, `previewProcess.${isInstalled ? "js" : "ts"}`) },
  /** The files of the web console: built beforehand in what is installed, from its sources in a checkout. */
  console: async (): Promise<ReadonlyArray<ConsoleFile>> => {
    if (isInstalled) return readConsole(folder("console"))
    const { buildConsole } = await import("@lead-gateway/console")
    return buildConsole()
  },
  /** The program of the page at `/docs`. */
  get reference(): string {
    if (isInstalled) return join(folder("reference"), "reference.js")
    return fileURLToPath(import.meta.resolve("@scalar/api-reference/browser/standalone.js"))
  },
}
