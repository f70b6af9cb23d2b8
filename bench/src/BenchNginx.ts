/** Debian's nginx before some apis, configured as `deploy/nginx` ships, TLS included. */
import { debianPackages, scratchFolder } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { execFile, spawn } from "node:child_process"
import { once } from "node:events"
import { cpSync, readFileSync, writeFileSync } from "node:fs"
import { connect } from "node:net"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { freePort } from "./freePort.ts"

const run = promisify(execFile)

const shipped = fileURLToPath(new URL("../../deploy/nginx", import.meta.url))

/** A certificate of its own authority. */
const makeCertificate = (certificate: string, key: string) => {
  const args = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=localhost -days 2"
  return run("openssl", [...args.split(" "), "-keyout", key, "-out", certificate])
}

/** Replaces texts of a file, each of which must be there. */
const replace = (file: string, texts: Readonly<Record<string, string>>) => {
  let content = readFileSync(file, "utf8")
  for (const [from, to] of Object.entries(texts)) {
    if (!content.includes(from)) throw new Error(`${file} lacks ${from}`)
    content = content.replaceAll(from, to)
  }
  writeFileSync(file, content)
}

/**
 * Starts it for the current scope, and returns the port that it answers by TLS.
 *
 * Replaced are addresses, the paths of the certificate and of what is temporary, and the listener without TLS, which refuses
 * webhooks. Its access log has a line for each request, as the apis' logs: both go to /dev/null.
 */
export const startNginx = Effect.fnUntraced(function* (apis: ReadonlyArray<number>) {
  const folder = yield* scratchFolder({})
  const port = yield* freePort
  const [certificate, key] = [join(folder, "certificate.pem"), join(folder, "key.pem")]
  const configuration = join(folder, "nginx")
  const inConfiguration = (name: string) => join(configuration, name)
  const { path, env } = yield* Effect.promise(async () => {
    const [{ libraries, root }] = await Promise.all([
      debianPackages("nginx"),
      makeCertificate(certificate, key),
    ])
    return { path: join(root, "usr/sbin/nginx"), env: { ...process.env, LD_LIBRARY_PATH: libraries } }
  })
  cpSync(shipped, configuration, { recursive: true })
  replace(inConfiguration("nginx.conf"), { "/tmp/nginx": join(folder, "tmp") })
  replace(inConfiguration("snippets/tls.conf"), {
    "/run/secrets/tls_certificate": certificate,
    "/run/secrets/tls_key": key,
  })
  replace(inConfiguration("snippets/listen.conf"), {
    "listen 443 ": `listen 127.0.0.1:${port} `,
    "listen [::]:443 ssl http2 default_server;": "",
  })
  replace(inConfiguration("snippets/listen-plain.conf"), {
    "listen 80 ": `listen 127.0.0.1:${yield* freePort} `,
    "listen [::]:80 default_server;": "",
  })
  const upstreams = inConfiguration("upstreams/api.conf")
  const [, parameters = ""] = /^server api:8080 (.*)$/m.exec(readFileSync(upstreams, "utf8")) ?? []
  writeFileSync(upstreams, apis.map((api) => `server 127.0.0.1:${api} ${parameters}\n`).join(""))

  // As root its processes would become another user, who may not enter the folder.
  const user = process.getuid?.() === 0 ? "user root;" : ""
  const args = ["-e", "stderr", "-c", inConfiguration("nginx.conf"), "-g", `daemon off; ${user}`]
  const server = yield* Effect.acquireRelease(
    Effect.sync(() => spawn(path, args, { env, stdio: ["ignore", "ignore", "pipe"] })),
    (started) =>
      Effect.promise(async () => {
        if (started.exitCode !== null) return
        started.kill("SIGTERM")
        await once(started, "exit")
      }),
  )
  let log = ""
  server.stderr.setEncoding("utf8").on("data", (text: string) => (log += text))
  yield* Effect.promise(async () => {
    for (let waits = 0; !(await isOpen(port)); waits++) {
      if (server.exitCode !== null || waits > 500) throw new Error(`nginx has not started: ${log}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  })
  return { port, version: /nginx\/([\d.]+)/.exec(log)?.[1] ?? "" }
})

const isOpen = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, "127.0.0.1", () => resolve(true)).on("error", () => resolve(false))
    socket.on("connect", () => socket.destroy())
  })
