import { existsSync } from "node:fs"
import { join } from "node:path"

/** Whether this is an installed package, with these files beside the bundle, and no checkout of the repository. */
export const isInstalled = existsSync(join(import.meta.dirname, "migrations"))

const folder = (name: string): string => join(import.meta.dirname, isInstalled ? name : `../../../${name}`)

/** The files that come with this version, whatever the working directory is. */
export const shipped = {
  /** The folder of the database's migrations. */
  migrations: folder("migrations"),
  /** The folder of the configuration files that hold where an operator has none. */
  config: folder("config"),
}
