/** The files of the web console, in memory, each in the encodings that browsers read. */
import { hash } from "node:crypto"
import { promisify } from "node:util"
import { brotliCompress, constants, gzip } from "node:zlib"
import { accepts } from "../files/accepts.ts"

/** A file of the console as it was built. Its name is made of its content, but for `index.html`. */
export interface BuiltFile {
  readonly name: string
  readonly contentType: string
  readonly body: Uint8Array
}

/** A file to serve. */
export interface ServedFile {
  readonly contentType: string
  /** The smallest form that a client reads, by its `Accept-Encoding`. */
  readonly variantFor: (acceptEncoding: string | undefined) => Variant
}

/** One form of a file. */
export interface Variant {
  readonly encoding: "br" | "gzip" | undefined
  readonly body: Uint8Array
  readonly tag: string
}

/** All files by their names. */
export type ConsoleFiles = ReadonlyMap<string, ServedFile>

const toBrotli = promisify(brotliCompress)
const toGzip = promisify(gzip)

/** Compresses each file once, beside the event loop: about a tenth of a second for all. */
export const prepareFiles = async (files: ReadonlyArray<BuiltFile>): Promise<ConsoleFiles> =>
  new Map(
    await Promise.all(
      files.map(async ({ body, contentType, name }): Promise<[string, ServedFile]> => {
        const [br, gz] = await Promise.all([
          toBrotli(body, { params: { [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT } }),
          toGzip(body, { level: 9 }),
        ])
        const digest = hash("sha256", body, "hex").slice(0, 12)
        const variants: ReadonlyArray<Variant> = [
          { encoding: "br", body: br, tag: `"${digest}-br"` },
          { encoding: "gzip", body: gz, tag: `"${digest}-gzip"` },
        ]
        const plain: Variant = { encoding: undefined, body, tag: `"${digest}"` }
        return [
          name,
          {
            contentType,
            variantFor: (acceptEncoding) =>
              variants.find(({ encoding }) => encoding !== undefined && accepts(acceptEncoding, encoding)) ??
              plain,
          },
        ]
      }),
    ),
  )
