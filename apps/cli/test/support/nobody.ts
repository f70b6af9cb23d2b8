import { statSync } from "node:fs"
import { dirname } from "node:path"

/** The id of the user nobody, on Debian, Alpine and Red Hat. */
export const nobody = 65534

/** Whether every user may pass through all folders on the way to a file. */
export const everybodyReaches = (path: string): boolean => {
  const folder = dirname(path)
  return folder === path || ((statSync(folder).mode & 0o001) !== 0 && everybodyReaches(folder))
}
