/** The console's files, and how they are kept in a folder. */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises"
import { extname, join } from "node:path"

/** One file, named by its content, so that browsers may keep it for ever; the page itself is `index.html`. */
export interface ConsoleFile {
  readonly name: string
  readonly contentType: string
  readonly body: Uint8Array
}

const contentTypes: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
}

/** A file with the type that its name says. */
export const fileOf = (name: string, body: Uint8Array): ConsoleFile => ({
  name,
  contentType: contentTypes[extname(name)] ?? "application/octet-stream",
  body,
})

/** Writes all files into a folder that may not be there yet. */
export const writeConsole = async (folder: string, files: ReadonlyArray<ConsoleFile>): Promise<void> => {
  await mkdir(folder, { recursive: true })
  await Promise.all(files.map(({ body, name }) => writeFile(join(folder, name), body)))
}

/** Reads what {@link writeConsole} has written. Rejects if the folder is not there. */
export const readConsole = async (folder: string): Promise<ReadonlyArray<ConsoleFile>> =>
  Promise.all((await readdir(folder)).map(async (name) => fileOf(name, await readFile(join(folder, name)))))
