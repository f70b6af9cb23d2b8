import { Agent, type ClientRequest, type IncomingMessage, request as httpRequest } from "node:http"
import type { Socket } from "node:net"
import { hostOf } from "../CustomerUrl.ts"
import type { Call, Sending, SendingEvents } from "./Call.ts"
import { describeFailure, noAnswer } from "./failure.ts"

/** HTTP/1.1: a new connection, or without a socket an idle one. */
export interface Http1Way {
  readonly protocol: "http/1.1"
  readonly kept: KeptConnections
  readonly socket: Socket | undefined
}

/** Sends one request on a new connection or on an idle one. */
export const sendByHttp1 = (call: Call, way: Http1Way, events: SendingEvents): Sending => {
  let response: IncomingMessage | undefined

  const request = way.kept.open(call, way.socket)
  request.on("response", (incoming: IncomingMessage) => {
    response = incoming
    const { statusCode, headers } = incoming
    events.answering({
      status: statusCode ?? 0,
      retryAfter: headers["retry-after"],
      date: headers.date,
      contentType: headers["content-type"],
      contentEncoding: headers["content-encoding"],
    })
    incoming.on("data", (chunk: Uint8Array) => events.received(chunk))
    // By the next tick Node has returned the connection to the pool, for the next request.
    incoming.on("end", () => process.nextTick(whole, events))
    // Also emitted after an error, which has no listener and is not reported.
    incoming.on("close", () => events.ended(incoming.complete))
  })
  request.on("upgrade", (_response, socket) => {
    socket.destroy()
    events.unanswered(noAnswer(101))
  })
  // Never removed: a destroyed request may emit another error, and this is the only listener.
  request.on("error", (error) => {
    if (response === undefined) events.unanswered(describeFailure(error, "open"))
  })
  request.end(call.body)

  return {
    // A connection with a half-read answer or a half-sent request cannot be reused.
    finish: (complete) => {
      if (!complete || !request.writableFinished) request.destroy()
    },
    cancel: () => request.destroy(),
  }
}

const whole = (events: SendingEvents) => events.ended(true)

/** The HTTP/1.1 connections to one customer, kept alive between exchanges. */
export interface KeptConnections {
  /** Whether there is an idle connection. */
  readonly hasIdle: () => boolean
  /** Starts a request on this new connection or, without one, on an idle one. */
  readonly open: (call: Pick<Call, "headers">, socket: Socket | undefined) => ClientRequest
  /** Closes all of them. */
  readonly destroy: () => void
}

/**
 * Node's connection pool, except that it never connects: each connection is handed to it.
 *
 * An idle connection is closed after 4 s, or a second before the time in the customer's `Keep-Alive` header: common
 * servers (Node, Apache, uvicorn) close theirs after 5 s, and a request that crosses such a close is lost. Proxy
 * variables of the environment are not read.
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
    servername: "", // TLS is already established
    method: "POST",
    path: `${url.pathname}${url.search}`,
  }
  const open: KeptConnections["open"] = ({ headers }, socket) => {
    // An array is written as it is; Node adds no `Host` to it.
    const request = () => httpRequest({ ...options, headers: ["Host", url.host, ...headers] })
    if (socket === undefined) return request()
    // Node would prefer an idle connection, so the idle ones are hidden from it.
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
      // Node takes the last one. It removes a connection that the customer has closed only after a while.
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

/** How long an idle connection is kept, in milliseconds. */
export const idleTimeoutMs = 4000
