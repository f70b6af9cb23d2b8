import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { secrets } from "../generate/apis.ts"

/** A file of the corpus. */
export interface CorpusFile {
  readonly name: string
  readonly bytes: Buffer
}

/** What the fuzzer begins with. */
export interface Corpus {
  /** What connections send: `*.http` as they are, and `*.payload`, JSON or not, as the body of a webhook. */
  readonly requests: ReadonlyArray<CorpusFile>
  /** The bodies alone. */
  readonly payloads: ReadonlyArray<CorpusFile>
}

const folder = fileURLToPath(new URL("../corpus/", import.meta.url))

/** Reads the corpus, in the order of its names. */
export const readCorpus = (): Corpus => {
  const files = readdirSync(folder)
    .toSorted()
    .map((name): CorpusFile => ({ name, bytes: readFileSync(folder + name) }))
  const payloads = files.filter(({ name }) => name.endsWith(".payload"))
  const requests = files.filter(({ name }) => name.endsWith(".http"))
  return {
    payloads,
    requests: [...requests, ...payloads.map(({ name, bytes }) => ({ name, bytes: webhook(bytes) }))],
  }
}

const webhook = (body: Buffer): Buffer => {
  const head = [
    "POST /webhooks/leads HTTP/1.1",
    "Host: localhost",
    "Content-Type: application/json",
    `X-Shared-Secret: ${secrets.sender}`,
    `Content-Length: ${body.length}`,
    "",
    "",
  ].join("\r\n")
  return Buffer.concat([Buffer.from(head), body])
}
