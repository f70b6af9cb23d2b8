import { open, rename, rm } from "node:fs/promises"
import { dirname } from "node:path"

/** Writes a file so that it is there whole or not at all, also after a crash. */
export const writeWhole = async (path: string, text: string, mode: number): Promise<void> => {
  const partial = `${path}.partial`
  try {
    const file = await open(partial, "w", mode)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(partial, path)
    await syncFolder(dirname(path))
  } catch (error) {
    await rm(partial, { force: true })
    throw error
  }
}

/** Makes sure that renamed files keep their names after a crash. */
export const syncFolder = async (path: string): Promise<void> => {
  const folder = await open(path, "r")
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
