import { once } from "node:events"
import { createServer } from "node:net"

/**
 * A port that stays free while its server is down, since it is below the range that outgoing connections use, and handed
 * out once in this process. The port of the cluster bus, 10000 higher, is below it as well.
 */
export const lowPort = async (): Promise<number> => {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 5000)
    if (taken.has(port)) continue
    taken.add(port)
    if ((await isFree(port)) && (await isFree(port + busOffset))) return port
  }
}

const busOffset = 10_000

const taken = new Set<number>()

const isFree = async (port: number) => {
  const server = createServer().listen(port, "127.0.0.1")
  try {
    await once(server, "listening")
  } catch {
    return false
  }
  server.close()
  await once(server, "close")
  return true
}
