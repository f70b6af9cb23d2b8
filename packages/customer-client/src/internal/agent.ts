import { Agent, type ClientRequest, request as httpRequest } from "node:http"
import type { Socket } from "node:net"
import type { Call } from "./Call.ts"
import { hostOf } from "./hostOf.ts"

/** The HTTP/1.1 connections to one customer, kept alive between exchanges. */
export interface KeptConnections {
  /** Whether there is a connection that no exchange uses. */
  readonly hasIdle: () => boolean
  /** Begins a request by this new connection; without one, by a kept one. */
  readonly open: (call: Pick<Call, "headers">, socket: Socket | undefined) => ClientRequest
  /** Closes all of them. */
  readonly destroy: () => void
}

/**
 * Node's connection pool, which never connects by itself: it is handed each connection that it keeps.
 *
 * An idle connection is closed after 4 s, or a second before the time that the customer's `Keep-Alive` header
 * names: common servers (Node, Apache, uvicorn) close theirs after 5 s, and a request that crosses such a close
 * is lost. Proxy variables of the environment are not read.
 */
export const makeKeptConnections = (url: URL): KeptConnections => {
  const defaultPort = url.protocol === "https:" ? 443 : 80
  const agent = new HandedAgent({ keepAlive: true, timeout: idleTimeoutMs })
  // The properties by which node:http and node:https recognise an agent for their protocol.
  Object.assign(agent, { protocol: url.protocol, defaultPort })
  const options = {
    agent,
    protocol: url.protocol,
    host: hostOf(url),
    port: Number(url.port) || defaultPort,
    servername: "", // the connection was made for it already
    method: "POST",
    path: `${url.pathname}${url.search}`,
  }
  const open: KeptConnections["open"] = ({ headers }, socket) => {
    // As an array they are written as they are; Node adds no `Host` to it.
    const request = () => httpRequest({ ...options, headers: ["Host", url.host, ...headers] })
    if (socket === undefined) return request()
    // Node would prefer a connection that has become idle meanwhile, so it is shown none.
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
  }
  return {
    open,
    hasIdle: () => {
      const idle = agent.freeSockets[agent.getName()]
      // Node takes the last one. A connection that the customer has closed is destroyed only after a while.
      for (let last = idle?.at(-1); last !== undefined; last = idle?.at(-1)) {
        if (last.readable && last.writable) return true
        idle?.pop()
        last.destroy()
      }
      return false
    },
    destroy: () => agent.destroy(),
  }
}

class HandedAgent extends Agent {
  handed: Socket | undefined

  /** All connections lead to one customer. */
  override getName(): string {
    return "customer"
  }

  override createConnection(): Socket {
    const { handed } = this
    if (handed === undefined) throw new Error("no connection was handed over")
    this.handed = undefined
    return handed
  }
}

/** How long an idle connection is kept. */
export const idleTimeoutMs = 4000
