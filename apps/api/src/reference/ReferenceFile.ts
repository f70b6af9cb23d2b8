/**
 * The program of the API's reference page: Scalar, one file that holds all that it needs.
 *
 * It lies beside the api and not in its bundle, and is read when somebody asks for it. What is installed has it
 * compressed, `<file>.br` and `<file>.gz`; a checkout has it as the package brings it. Nothing is compressed while
 * somebody waits, since everybody may ask.
 */
import { createHash } from "node:crypto"
import { createReadStream } from "node:fs"
import { stat } from "node:fs/promises"
import { pipeline } from "node:stream/promises"
import { accepts } from "../files/accepts.ts"

/** How the bytes of a file are encoded: `Content-Encoding`, or none. */
export type Encoding = "br" | "gzip" | undefined

/** One of the forms in which the program lies there. */
export interface Variant {
  readonly path: string
  readonly encoding: Encoding
  readonly size: number
}

/** The program, as it was found. */
export interface ReferenceFile {
  /** Twelve characters of its SHA-256: another program has another name, so that caches may keep it. */
  readonly hash: string
  /** The smallest form that the client reads. Of what is installed, `gzip` for one that reads none: it is decompressed. */
  readonly variantFor: (acceptEncoding: string | undefined) => Variant
}

const suffixes = [
  [".br", "br"],
  [".gz", "gzip"],
  ["", undefined],
] as const

/** Finds the forms of the program at a path, and hashes one. Rejects if there is none. */
export const findReference = async (path: string): Promise<ReferenceFile> => {
  const found = await Promise.all(
    suffixes.map(async ([suffix, encoding]): Promise<ReadonlyArray<Variant>> => {
      const file = await stat(path + suffix).catch(() => undefined)
      return file?.isFile() === true ? [{ path: path + suffix, encoding, size: file.size }] : []
    }),
  )
  const variants = found.flat()
  const plainest = variants.at(-1)
  if (plainest === undefined) throw new Error("the file of the API's reference is missing")
  const hash = createHash("sha256")
  await pipeline(createReadStream(plainest.path), hash)
  return {
    hash: hash.digest("hex").slice(0, 12),
    variantFor: (acceptEncoding) =>
      variants.find(({ encoding }) => encoding === undefined || accepts(acceptEncoding, encoding)) ??
      plainest,
  }
}
