/**
 * A registry on this machine that has the packed packages and nothing else.
 *
 * So a package is installed by its name, and finds those it depends on by their names and version ranges, as it
 * will once all are published. Whatever else it needs comes from the registry that npm is set to.
 */
import { createHash, randomUUID } from "node:crypto"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import type { Tarball } from "./pack.ts"

export interface Registry {
  /** Ends with `/`. Unique for each registry, so that npm's cache cannot mix them up. */
  readonly url: string
  readonly close: () => void
}

/** Starts a registry that has these packages. */
export const startRegistry = async (tarballs: ReadonlyArray<Tarball>): Promise<Registry> => {
  const path = `/${randomUUID()}/`
  const server = createServer((request, response) => {
    const name = decodeURIComponent(request.url ?? "").slice(path.length)
    const tarball = tarballs.find((tarball) => name === tarball.name || name === fileOf(tarball))
    response.setHeader("Cache-Control", "no-store")
    if (tarball === undefined) response.writeHead(404).end("{}")
    else if (name === fileOf(tarball)) response.end(readFileSync(tarball.path))
    else response.end(JSON.stringify(documentOf(tarball, `http://${request.headers.host}${path}`)))
  }).listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}${path}`,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

const fileOf = ({ name, manifest }: Tarball) => `${name}/-/${manifest.version}.tgz`

/** What a registry answers when it is asked for a package. */
const documentOf = (tarball: Tarball, url: string) => {
  const { name, manifest, integrity, path } = tarball
  const shasum = createHash("sha1").update(readFileSync(path)).digest("hex")
  const dist = { tarball: `${url}${fileOf(tarball)}`, integrity, shasum }
  return {
    name,
    "dist-tags": { latest: manifest.version },
    versions: { [manifest.version]: { ...manifest, dist } },
  }
}
