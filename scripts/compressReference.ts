/** Puts the program of the API's reference into a folder, compressed once, as what is installed has it. */
import { createReadStream, createWriteStream, mkdirSync } from "node:fs"
import { join } from "node:path"
import { pipeline } from "node:stream/promises"
import { constants, createBrotliCompress, createGzip } from "node:zlib"

/** How hard to try: the smallest result unless set. */
export interface CompressOptions {
  readonly brotliQuality?: number
}

/** Writes `reference.js.br` and `reference.js.gz`. */
export const compressReference = async (
  source: string,
  folder: string,
  { brotliQuality = constants.BROTLI_MAX_QUALITY }: CompressOptions = {},
): Promise<void> => {
  mkdirSync(folder, { recursive: true })
  const to = join(folder, "reference.js")
  const brotli = createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: brotliQuality } })
  await Promise.all([
    pipeline(createReadStream(source), brotli, createWriteStream(`${to}.br`)),
    pipeline(createReadStream(source), createGzip({ level: 9 }), createWriteStream(`${to}.gz`)),
  ])
}
