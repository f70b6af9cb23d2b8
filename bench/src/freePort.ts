import { Effect } from "effect"
import { type AddressInfo, createServer } from "node:net"

/** A port on 127.0.0.1 that nobody listens on now. */
export const freePort = Effect.promise(
  () =>
    new Promise<number>((resolve) => {
      const server = createServer().listen(0, "127.0.0.1", () => {
        const { port } = server.address() as AddressInfo
        server.close(() => resolve(port))
      })
    }),
)
