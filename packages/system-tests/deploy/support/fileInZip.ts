/** Reads one file of a zip archive: as much of the format (APPNOTE 6.3.9) as archives below 4 GiB need. */
import { readFileSync } from "node:fs"
import { inflateRawSync } from "node:zlib"

const endOfDirectory = 0x06054b50
const directoryEntry = 0x02014b50
const deflated = 8

/** The content of the file with this name. Throws if there is none. */
export const fileInZip = (path: string, wanted: string): Buffer => {
  const zip = readFileSync(path)
  let end = zip.length - 22
  while (end >= 0 && zip.readUInt32LE(end) !== endOfDirectory) end--
  if (end < 0) throw new Error(`${path} is no zip archive`)
  let entry = zip.readUInt32LE(end + 16)
  while (zip.readUInt32LE(entry) === directoryEntry) {
    const nameLength = zip.readUInt16LE(entry + 28)
    const name = zip.toString("utf8", entry + 46, entry + 46 + nameLength)
    if (name === wanted) {
      const header = zip.readUInt32LE(entry + 42)
      const start = header + 30 + zip.readUInt16LE(header + 26) + zip.readUInt16LE(header + 28)
      const content = zip.subarray(start, start + zip.readUInt32LE(entry + 20))
      return zip.readUInt16LE(entry + 10) === deflated ? inflateRawSync(content) : Buffer.from(content)
    }
    entry += 46 + nameLength + zip.readUInt16LE(entry + 30) + zip.readUInt16LE(entry + 32)
  }
  throw new Error(`${path} has no ${wanted}`)
}
