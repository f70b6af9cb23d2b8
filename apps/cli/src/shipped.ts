import { existsSync } from "node:fs"
import { join } from "node:path"

/** True for an installed package, which has these files beside the bundle; false in a checkout of the repository. */
export const isInstalled = existsSync(join(import.meta.dirname, "migrations"))

const folder = (name: string): string => join(import.meta.dirname, isInstalled ? name : `../../../${name}`)

/** The files that ship with this version, whatever the working directory is. */
export const shipped = {
  /** The folder of the database's migrations. */
  migrations: folder("migrations"),
  /** The folder of the configuration files that are used where an operator has none. */
  config: folder("config"),
}
