/** One connection of a client through a proxy, with the connection to the server that belongs to it. */
import { connect, type Socket } from "node:net"

/** Which way packets go. */
export type Direction = "toServer" | "toClient"

/** The directions in which nothing is forwarded. */
export type Swallowed = ReadonlySet<Direction>

/** A connection through a proxy. */
export interface Link {
  readonly swallow: (directions: Swallowed) => void
  /** Swallows everything once the server has sent so many bytes more. */
  readonly swallowAfter: (bytes: number) => void
  /** Resets both connections. */
  readonly reset: () => void
}

/** Data, the end of the data (FIN), or a reset. */
type Packet = Buffer | "end" | "reset"

/** The packets of one direction. What is not forwarded is held, and no more is read from the socket then. */
interface Flow {
  readonly held: Array<Packet>
  from: Socket | undefined
  to: Socket | undefined
}

/** Connects to the server at once, or when packets are forwarded in both directions again. */
export const makeLink = (options: {
  readonly client: Socket
  /** The port of the server. */
  readonly to: number
  readonly swallowed: Swallowed
  readonly ended: () => void
}): Link => {
  const { client, ended, to } = options
  const flows: Readonly<Record<Direction, Flow>> = {
    toServer: { held: [], from: undefined, to: undefined },
    toClient: { held: [], from: undefined, to: client },
  }
  const sockets: Array<Socket> = []
  let { swallowed } = options
  let open = 0
  let budget = Infinity

  const send = (flow: Flow, packet: Packet) => {
    const { to: target } = flow
    if (target === undefined || target.destroyed) return
    if (packet === "reset") target.resetAndDestroy()
    else if (packet === "end") target.end()
    else if (!target.write(packet)) {
      flow.from?.pause()
      target.once("drain", () => {
        if (flow.held.length === 0) flow.from?.resume()
      })
    }
  }

  const isHeld = (direction: Direction) =>
    swallowed.has(direction) || flows[direction].to === undefined || flows[direction].held.length > 0

  const receive = (direction: Direction, packet: Packet) => {
    const flow = flows[direction]
    if (!isHeld(direction)) {
      if (direction === "toServer" || typeof packet === "string" || packet.length <= budget) {
        if (direction === "toClient" && typeof packet !== "string") budget -= packet.length
        return send(flow, packet)
      }
      send(flow, packet.subarray(0, budget))
      flow.held.push(packet.subarray(budget))
      budget = Infinity
      swallowed = new Set(["toServer", "toClient"])
      return void flow.from?.pause()
    }
    flow.held.push(packet)
    flow.from?.pause()
  }

  const read = (socket: Socket, direction: Direction) => {
    sockets.push(socket)
    open++
    flows[direction].from = socket
    socket
      .on("data", (chunk: Buffer) => receive(direction, chunk))
      .on("end", () => receive(direction, "end"))
      .on("error", () => receive(direction, "reset"))
      .on("close", () => {
        if (--open === 0) ended()
      })
  }

  const forward = () => {
    if (flows.toServer.to === undefined && swallowed.size === 0) {
      const server = connect({ host: "127.0.0.1", port: to, allowHalfOpen: true, noDelay: true })
      flows.toServer.to = server
      read(server, "toClient")
    }
    for (const direction of ["toServer", "toClient"] as const) {
      const flow = flows[direction]
      if (swallowed.has(direction) || flow.to === undefined) continue
      for (const packet of flow.held.splice(0)) send(flow, packet)
      flow.from?.resume()
    }
  }

  read(client, "toServer")
  forward()
  return {
    swallow: (directions) => {
      swallowed = directions
      budget = Infinity
      forward()
    },
    swallowAfter: (bytes) => {
      budget = bytes
    },
    reset: () => {
      for (const flow of Object.values(flows)) flow.held.length = 0
      for (const socket of sockets) socket.resetAndDestroy()
    },
  }
}
