/**
 * `GET /console` and all below: the web console. Its files show nothing of leads, so everybody may have them; what they show
 * is asked from the operators' API.
 */
import { type Handler, type HttpResponse, respond } from "@lead-gateway/runtime"
import { Exit } from "effect"
import type { IncomingMessage, OutgoingHttpHeaders } from "node:http"
import * as Answer from "../Answer.ts"
import { end, isUnchanged, writeHead } from "../files/answer.ts"
import { type BuiltFile, type ConsoleFiles, prepareFiles, type ServedFile } from "./ConsoleFiles.ts"
import { consolePaths } from "./paths.ts"
import { fitsCookie, sessionToken, setCookies } from "./sessionCookie.ts"

/** The console's handlers. */
export interface ConsoleHandlers {
  /** A page of the console, or one of its files. */
  readonly page: Handler
  /** Begins a session with the token of `Authorization`, or ends it. */
  readonly session: Handler
  /** Leads from `/` to the console. */
  readonly home: Handler
}

/**
 * What a page of the console may do: run and load its own files, and ask this api. No text becomes a script (Trusted Types),
 * so that a lead's fields stay text whatever they hold.
 */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join("; ")

/** Beside its policy: no window that another site has opened keeps a hold of the page. */
const pageHeaders = { "Content-Security-Policy": policy, "Cross-Origin-Opener-Policy": "same-origin" }

/** Finds out whom a token names that came with a request. */
export type OperatorOf = (
  token: string,
  request: IncomingMessage,
) => Promise<
  Exit.Exit<{ readonly name: string; readonly role: string | undefined; readonly via: string }, unknown>
>

/**
 * Makes the handlers. The files are loaded when somebody asks the first time; 404 where there are none. A page says who is
 * signed in, so that it can ask for what it shows at once.
 */
export const makeConsole = (
  load: (() => Promise<ReadonlyArray<BuiltFile>>) | undefined,
  operatorOf: OperatorOf,
): ConsoleHandlers => {
  let loaded: Promise<ConsoleFiles | undefined> | undefined
  const files = () => {
    loaded ??=
      load === undefined
        ? Promise.resolve(undefined)
        : load()
            .then(prepareFiles)
            .catch(() => {
              // They may be there the next time.
              loaded = undefined
              return undefined
            })
    return loaded
  }

  const page = async (request: IncomingMessage, response: HttpResponse) => {
    const all = await files()
    if (response.headersSent || response.destroyed) return
    const name = (request.url ?? "").split("?", 1)[0]?.slice("/console/".length) ?? ""
    const file = all?.get(name)
    if (file !== undefined && name !== "index.html") {
      return send(request, response, file, { "Cache-Control": "public, max-age=31536000, immutable" })
    }
    // A page has no dot in its name; a file of a release before this one is gone.
    const index = name.includes(".") ? undefined : all?.get("index.html")
    if (index === undefined) return refuse(response)
    const token = sessionToken(request)
    const operator = await operatorOf(token ?? "", request)
    if (response.headersSent || response.destroyed) return
    if (Exit.isSuccess(operator) && operator.value.role !== undefined) {
      const { name, role, via } = operator.value
      return sendOwnPage(request, response, index, JSON.stringify({ name, role, via }))
    }
    // With a token it may be the database that is away: the page asks itself.
    if (token !== undefined) return sendOwnPage(request, response, index, "")
    send(request, response, index, {
      ...pageHeaders,
      "Cache-Control": "no-cache",
      Vary: "Accept-Encoding, Cookie",
    })
  }

  return {
    page: (request, response) => void page(request, response),
    session: answerSession,
    home: (_request, response) => end(response, 302, { Location: consolePaths.overview }),
  }
}

/** Any token is taken: what it may do is decided with each request, as for every other client. */
const answerSession: Handler = (request, response) => {
  const { headers, method } = request
  const token = method === "DELETE" ? undefined : /^Bearer +(\S+)$/i.exec(headers.authorization ?? "")?.[1]
  if (method !== "DELETE" && token === undefined) return refuse(response, Answer.unauthorized)
  if (token !== undefined && !fitsCookie(token)) return refuse(response, Answer.tokenTooLong)
  end(response, 204, { "Set-Cookie": [...setCookies(request, token)] })
}

const refuse = (response: HttpResponse, answer: Answer.Answer = Answer.notFound): void => {
  response.facts.reason = answer.reason
  respond(response, answer)
}

const send = (
  request: IncomingMessage,
  response: HttpResponse,
  file: ServedFile,
  headers: OutgoingHttpHeaders,
): void => {
  const { body, encoding, tag } = file.variantFor(request.headers["accept-encoding"]?.toString())
  const all = {
    ETag: tag,
    "Content-Type": file.contentType,
    Vary: "Accept-Encoding",
    ...headers,
    ...(encoding === undefined ? {} : { "Content-Encoding": encoding }),
  }
  if (isUnchanged(request, tag)) return end(response, 304, all)
  writeHead(response, 200, { ...all, "Content-Length": body.length })
  response.end(request.method === "HEAD" ? undefined : body)
}

/** Of the page as it is built, which nobody has signed in to. */
const nobody = 'data-operator="null"'

/** The page with who is signed in as an attribute, which is text wherever it is read; empty if unknown. No cache keeps it. */
const sendOwnPage = (
  request: IncomingMessage,
  response: HttpResponse,
  index: ServedFile,
  operator: string,
): void => {
  const text = operator.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
  const html = Buffer.from(index.variantFor("identity").body)
    .toString()
    .replace(nobody, () => `data-operator="${text}"`)
  writeHead(response, 200, {
    ...pageHeaders,
    "Content-Type": index.contentType,
    "Content-Length": Buffer.byteLength(html),
  })
  response.end(request.method === "HEAD" ? undefined : html)
}
