/** Backups in a folder of this machine. */
import { createReadStream } from "node:fs"
import { open, readdir, rename, rm, stat } from "node:fs/promises"
import { join } from "node:path"
import { BackupDamaged } from "./BackupError.ts"
import { type BackupStore, hashOf, type NewFile } from "./BackupStore.ts"
import { syncFolder, writeWhole } from "./writeWhole.ts"

/** What a file is called while it is written. */
const partial = ".partial"

/** A folder, which must exist before it is written to. */
export const folderStore = (folder: string): BackupStore => {
  const pathOf = (file: string) => join(folder, file)
  const read = (file: string, signal: AbortSignal): AsyncIterable<Buffer> =>
    createReadStream(pathOf(file), { signal })
  return {
    pathOf,
    list: () => readdir(folder),
    sizeOf: (file) =>
      stat(pathOf(file)).then(
        ({ size }) => size,
        (error: NodeJS.ErrnoException) => {
          if (error.code === "ENOENT") return undefined
          throw error
        },
      ),
    read,
    create: async (file, signal) => createFile(folder, file, () => read(file + partial, signal)),
    write: (file, text) => writeWhole(pathOf(file), text, 0o600),
    remove: (file) => rm(pathOf(file), { force: true }),
    removeUnfinished: async (isOutdated) => {
      for (const file of await readdir(folder))
        if (file.endsWith(partial) && isOutdated(file.slice(0, -partial.length)))
          await rm(pathOf(file), { force: true })
    },
  }
}

const createFile = async (
  folder: string,
  file: string,
  readAgain: () => AsyncIterable<Buffer>,
): Promise<NewFile> => {
  const path = join(folder, file)
  const handle = await open(path + partial, "wx", 0o600)
  return {
    append: (chunk) => handle.appendFile(chunk),
    finish: async (sha256) => {
      await handle.sync()
      if ((await hashOf(readAgain())) !== sha256)
        throw new BackupDamaged({ message: `${path}${partial} is not what was written to it` })
      await handle.close()
      await rename(path + partial, path)
      await syncFolder(folder)
    },
    discard: async () => {
      await handle.close()
      await rm(path + partial, { force: true })
    },
  }
}
