import { Agent } from "node:http"
import type { Socket } from "node:net"

/** The HTTP/1.1 connections to one customer, kept alive between exchanges. */
export interface KeptConnections {
  readonly agent: Agent
  /** Whether there is a connection that no exchange uses. */
  readonly hasIdle: () => boolean
  /** Makes a request that goes by this new connection; without one, by a kept one. */
  readonly by: <A>(socket: Socket | undefined, request: () => A) => A
}

/**
 * Node's own pool of connections, which is handed those it is to keep: it makes none.
 *
 * An idle connection is closed after 4 s, or a second before the time that the customer's `Keep-Alive` header
 * names: common servers (Node, Apache, uvicorn) close theirs after 5 s, and a request that crosses such a close
 * is lost. Proxy variables of the environment are not read.
 */
export const makeKeptConnections = (url: URL): KeptConnections => {
  const agent = new HandedAgent({ keepAlive: true, timeout: idleTimeoutMs })
  // As the agents of node:http and node:https say whom they serve.
  Object.assign(agent, { protocol: url.protocol, defaultPort: url.protocol === "https:" ? 443 : 80 })
  return {
    agent,
    hasIdle: () => {
      // One that the customer has closed is not yet destroyed: that takes a while.
      for (const sockets of Object.values(agent.freeSockets)) {
        for (const socket of sockets?.filter(({ readable, writable }) => !readable || !writable) ?? []) {
          sockets?.splice(sockets.indexOf(socket), 1)
          socket.destroy()
        }
      }
      return Object.values(agent.freeSockets).some((sockets) => sockets?.length)
    },
    by: (socket, request) => {
      if (socket === undefined) return request()
      // Node would rather take a connection that became idle meanwhile: it is not shown any.
      const { freeSockets } = agent
      Object.assign(agent, { freeSockets: {} })
      agent.handed = socket
      try {
        return request()
      } finally {
        agent.handed?.destroy()
        agent.handed = undefined
        Object.assign(agent, { freeSockets })
      }
    },
  }
}

class HandedAgent extends Agent {
  handed: Socket | undefined

  override createConnection(): Socket {
    const { handed } = this
    if (handed === undefined) throw new Error("no connection was handed over")
    this.handed = undefined
    return handed
  }
}

/** How long a connection stays without an exchange. */
export const idleTimeoutMs = 4000
