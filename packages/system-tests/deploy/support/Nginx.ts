/** nginx with the configuration that is deployed: only addresses, and files that a test cannot write, are replaced. */
import { Effect, type Scope } from "effect"
import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs"
import { Agent, request } from "node:https"
import { join } from "node:path"
import { inRepository, makeEmptyFolder, ownPort } from "../../faults/support/places.ts"
import { until } from "../../faults/support/until.ts"
import { makeCertificate } from "./certificate.ts"
import { runProgram, startProgram } from "./programs.ts"

/** An answer, read to its end. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  readonly text: string
}

/** What to send; a POST if there is a body. */
export interface Question {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
  /** The address that it comes from; 127.0.0.1 unless set. */
  readonly from?: string
  /** Sends the body in chunks, without saying how long it is. */
  readonly chunked?: boolean
  /** Sends half of the body, and the rest so many milliseconds later. */
  readonly slowMs?: number
  /** Uses a connection of its own, and closes it afterwards. */
  readonly alone?: boolean
}

/** A running nginx. */
export interface Nginx {
  readonly url: string
  /** Its port without TLS. */
  readonly plainUrl: string
  /** The certificate that it shows. */
  readonly pem: string
  /** Asks by TLS, which must be that certificate. A connection that breaks is status 0. */
  readonly ask: (path: string, question?: Question) => Effect.Effect<Answer>
  /** The lines of its access log. */
  readonly accessLog: () => ReadonlyArray<Readonly<Record<string, unknown>>>
  /** Everything that it has written. */
  readonly logs: () => string
  /** The file of its upstreams, that of its process' number, and what makes `nginx` mean this one. */
  readonly files: { readonly upstreams: string; readonly pid: string }
  readonly args: ReadonlyArray<string>
  /** Replaces a text in one of its files, which must be there, and reloads, as an operator does. */
  readonly edit: (name: string, from: string, to: string) => Effect.Effect<void>
  /** Replaces the certificate by one that is valid for so many days, and reloads. */
  readonly renew: (days: number) => Effect.Effect<void>
}

const replaceIn = (file: string, from: string, to: string): void => {
  const text = readFileSync(file, "utf8")
  if (!text.includes(from)) throw new Error(`${file} lacks ${from}`)
  writeFileSync(file, text.replaceAll(from, to))
}

/** The deployed files with `replace`d texts, in a folder of the current scope. Each text must be there. */
const copyConfiguration = (folder: string, replace: ReadonlyArray<readonly [string, string, string]>) => {
  const target = join(folder, "nginx")
  cpSync(inRepository("deploy/nginx"), target, { recursive: true })
  for (const [name, from, to] of replace) replaceIn(join(target, name), from, to)
  return target
}

/** Starts nginx before apis on these ports. The certificate is valid for so many days, 90 unless set. */
export const startNginx = Effect.fnUntraced(function* (
  apis: ReadonlyArray<number>,
  days: number = 90,
): Effect.fn.Return<Nginx, never, Scope.Scope> {
  const folder = yield* makeEmptyFolder
  const [port, plainPort] = [yield* ownPort, yield* ownPort]
  const { certificate, key, pem } = yield* makeCertificate(folder, days)
  const [access, errors] = [join(folder, "access.log"), join(folder, "errors.log")]
  const configuration = copyConfiguration(folder, [
    ["nginx.conf", "/tmp/nginx", join(folder, "nginx")],
    ["nginx.conf", "error_log stderr", `error_log ${errors}`],
    ["snippets/log.conf", "/dev/stdout", access],
    ["snippets/log.conf", "error_log stderr", `error_log ${errors}`],
    ["snippets/tls.conf", "/run/secrets/tls_certificate", certificate],
    ["snippets/tls.conf", "/run/secrets/tls_key", key],
    ["snippets/listen.conf", "listen 443 ", `listen 127.0.0.1:${port} `],
    ["snippets/listen.conf", "listen [::]:443 ssl http2 default_server;", ""],
    ["snippets/listen-plain.conf", "listen 80 ", `listen 127.0.0.1:${plainPort} `],
    ["snippets/listen-plain.conf", "listen [::]:80 default_server;", ""],
  ])
  const upstreams = join(configuration, "upstreams/api.conf")
  const [, line = ""] = /^server api:8080 (.*)$/m.exec(readFileSync(upstreams, "utf8")) ?? []
  writeFileSync(upstreams, apis.map((api) => `server 127.0.0.1:${api} ${line}\n`).join(""))

  // As root its processes would become another user, who may not enter the folder.
  const user = process.getuid?.() === 0 ? "user root;" : ""
  const args = ["-e", errors, "-c", join(configuration, "nginx.conf"), "-g", `daemon off; ${user}`]
  const check = yield* runProgram("nginx", ["-t", ...args])
  if (check.code !== 0) return yield* Effect.die(new Error(`nginx -t: ${check.output}${logOf(errors)}`))
  const server = yield* startProgram("nginx", args)
  const agent = new Agent({ keepAlive: true, ca: pem, maxSockets: 64 })
  const loner = new Agent({ keepAlive: false, ca: pem })
  yield* Effect.addFinalizer(() => Effect.sync(() => agent.destroy()))
  const url = `https://127.0.0.1:${port}`
  const ask = (path: string, question: Question = {}) =>
    Effect.promise(() => send(question.alone === true ? loner : agent, `${url}${path}`, question))
  if (
    !(yield* until(
      Effect.map(ask("/nginx-is-up"), ({ status }) => status !== 0),
      20_000,
    ))
  )
    return yield* Effect.die(new Error(`nginx has not started: ${logOf(errors)}`))
  return {
    url,
    plainUrl: `http://127.0.0.1:${plainPort}`,
    pem,
    ask,
    accessLog: () =>
      logOf(access)
        .split("\n")
        .filter((text) => text !== "")
        .map((text) => JSON.parse(text) as Record<string, unknown>),
    files: { upstreams, pid: join(folder, "nginx.pid") },
    args,
    logs: () => logOf(access) + logOf(errors),
    edit: (name, from, to) =>
      Effect.sync(() => {
        replaceIn(join(configuration, name), from, to)
        server.kill("SIGHUP")
      }),
    renew: (again) =>
      Effect.map(makeCertificate(folder, again), () => {
        server.kill("SIGHUP")
      }),
  }
})

const logOf = (file: string) => (existsSync(file) ? readFileSync(file, "utf8") : "")

const send = (agent: Agent, url: string, question: Question): Promise<Answer> =>
  new Promise((resolve) => {
    const { body, chunked = false, from, headers, method = body === undefined ? "GET" : "POST" } = question
    const broken = (error: Error) => resolve({ status: 0, headers: {}, text: error.message })
    const outgoing = request(
      url,
      {
        // A path is sent as it is written.
        path: url.slice(url.indexOf("/", "https://".length)),
        agent,
        method,
        headers: {
          ...(body === undefined ? {} : { "Content-Type": "application/json" }),
          ...(body === undefined || chunked ? {} : { "Content-Length": Buffer.byteLength(body) }),
          ...headers,
        },
        ...(from === undefined ? {} : { localAddress: from }),
      },
      (incoming) => {
        const chunks: Array<Buffer> = []
        incoming.on("data", (chunk: Buffer) => chunks.push(chunk)).on("error", broken)
        incoming.on("end", () =>
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            text: Buffer.concat(chunks).toString(),
          }),
        )
      },
    ).on("error", broken)
    if (question.slowMs === undefined || body === undefined) return void outgoing.end(body)
    outgoing.write(body.slice(0, body.length / 2))
    setTimeout(() => outgoing.end(body.slice(body.length / 2)), question.slowMs)
  })
