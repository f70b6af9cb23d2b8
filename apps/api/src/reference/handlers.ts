/** `GET /docs`: the API's reference for people, with all that it needs from this api. Open, as `/openapi.json` is. */
import { type Handler, type HttpResponse, respond } from "@lead-gateway/runtime"
import { createHash } from "node:crypto"
import { createReadStream } from "node:fs"
import type { IncomingMessage } from "node:http"
import { pipeline } from "node:stream"
import { createGunzip } from "node:zlib"
import * as Answer from "../Answer.ts"
import { end, isUnchanged, writeHead } from "../files/answer.ts"
import { accepts } from "../files/accepts.ts"
import { findReference, type ReferenceFile } from "./ReferenceFile.ts"
import { pagePolicy, referencePage } from "./referencePage.ts"

/** The page at `/docs`, and its program below. */
export interface ReferenceHandlers {
  readonly page: Handler
  readonly program: Handler
}

/** The paths of {@link ReferenceHandlers}. */
export const referencePaths = { page: "/docs", program: "/docs/:file" } as const

const nameOf = ({ hash }: ReferenceFile): string => `reference-${hash}.js`

/**
 * Serves the reference whose program is at `path`. It is looked for when somebody asks the first time; where it is
 * missing, the answer is 404.
 */
export const makeReference = (path: string | undefined): ReferenceHandlers => {
  let found: Promise<ReferenceFile | undefined> | undefined
  const find = () => {
    found ??=
      path === undefined
        ? Promise.resolve(undefined)
        : findReference(path).catch(() => {
            // It may be there the next time.
            found = undefined
            return undefined
          })
    return found
  }
  const handler = (
    answer: (file: ReferenceFile, request: IncomingMessage, response: HttpResponse) => void,
  ) => {
    const serve = async (request: IncomingMessage, response: HttpResponse) => {
      const file = await find()
      if (response.headersSent || response.destroyed) return
      if (file === undefined) refuse(response)
      else answer(file, request, response)
    }
    return ((request, response) => void serve(request, response)) satisfies Handler
  }

  return { page: handler(answerPage), program: handler(answerProgram) }
}

const refuse = (response: HttpResponse): void => {
  response.facts.reason = Answer.notFound.reason
  respond(response, Answer.notFound)
}

const answerPage = (file: ReferenceFile, request: IncomingMessage, response: HttpResponse): void => {
  const text = referencePage(nameOf(file))
  const headers = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": pagePolicy,
    "Cache-Control": "public, max-age=300",
    ETag: `"${createHash("sha256").update(text).digest("hex").slice(0, 12)}"`,
  }
  if (isUnchanged(request, headers.ETag)) return end(response, 304, headers)
  writeHead(response, 200, { ...headers, "Content-Length": Buffer.byteLength(text) })
  response.end(request.method === "HEAD" ? undefined : text)
}

const answerProgram = (file: ReferenceFile, request: IncomingMessage, response: HttpResponse): void => {
  const [name = ""] = (request.url ?? "").replace(/^.*\/docs\//, "").split("?", 1)
  if (name !== nameOf(file)) return refuse(response)
  const accepted = request.headers["accept-encoding"]?.toString()
  const { encoding, path, size } = file.variantFor(accepted)
  const isDecompressed = encoding !== undefined && !accepts(accepted, encoding)
  const sent = isDecompressed ? undefined : encoding
  const headers = {
    "Content-Type": "text/javascript; charset=utf-8",
    "Cache-Control": "public, max-age=31536000, immutable",
    Vary: "Accept-Encoding",
    ETag: `"${file.hash}${sent === undefined ? "" : `-${sent}`}"`,
    ...(sent === undefined ? {} : { "Content-Encoding": sent }),
  }
  if (isUnchanged(request, headers.ETag)) return end(response, 304, headers)
  if (request.method === "HEAD") {
    return end(response, 200, isDecompressed ? headers : { ...headers, "Content-Length": size })
  }
  const stream = createReadStream(path)
  stream.once("error", () => {
    response.facts.reason = Answer.internalError.reason
    respond(response, Answer.internalError)
  })
  stream.once("open", () => {
    if (response.headersSent || response.destroyed) {
      stream.destroy()
      return
    }
    writeHead(response, 200, isDecompressed ? headers : { ...headers, "Content-Length": size })
    // A reader that goes, or a file that breaks off, ends the answer; there is nobody to tell.
    if (isDecompressed) pipeline(stream, createGunzip(), response, () => {})
    else pipeline(stream, response, () => {})
  })
}
