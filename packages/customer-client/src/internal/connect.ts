import * as net from "node:net"
import * as tls from "node:tls"
import type { AddressCheck } from "./addressCheck.ts"
import { checkedLookup } from "./checkedLookup.ts"
import type { Stage } from "./failure.ts"
import { hostOf } from "./hostOf.ts"

/** Callbacks of a connection attempt. Exactly one is called, once, unless the attempt is abandoned first. */
export interface ConnectEvents {
  /** It is there; `h2` if both sides chose HTTP/2. */
  readonly connected: (socket: net.Socket, protocol: "http/1.1" | "h2") => void
  readonly failed: (error: Error, stage: Stage) => void
}

/** Starts to connect and returns a function that abandons the attempt. */
export type Connect = (protocols: ReadonlyArray<"http/1.1" | "h2">, events: ConnectEvents) => () => void

/** Connects to one customer, at checked addresses only; later TLS sessions resume the earlier ones. */
export const makeConnect = (url: URL, check: AddressCheck): Connect => {
  const isTls = url.protocol === "https:"
  const host = hostOf(url)
  const common = {
    host,
    port: Number(url.port) || (isTls ? 443 : 80),
    lookup: checkedLookup(check),
    // Node tries a host's addresses in turn and gives each 250 ms; other continents need longer.
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: 1000,
    noDelay: true,
  }
  let ticket: Buffer | undefined

  const secure = (protocols: ReadonlyArray<string>) => {
    const socket = tls.connect({
      ...common,
      servername: net.isIP(host) === 0 ? host : "", // there are no names for addresses
      ALPNProtocols: [...protocols],
      ...(ticket === undefined ? {} : { session: ticket }),
    })
    return socket.on("session", (session: Buffer) => (ticket = session))
  }

  return (protocols, { connected, failed }) => {
    const socket = isTls ? secure(protocols) : net.connect(common)
    let stage: Stage = "connecting"
    let isOver = false

    const over = () => {
      isOver = true
      socket.off("close", lost)
    }
    const fail = (error: Error) => {
      if (isOver) return
      over()
      ticket = undefined
      socket.destroy()
      failed(error, stage)
    }
    const lost = () => fail(Object.assign(new Error("the connection closed"), { code: "ECONNRESET" }))
    const done = () => {
      if (isOver) return
      over()
      socket.off("error", fail)
      connected(socket, socket instanceof tls.TLSSocket && socket.alpnProtocol === "h2" ? "h2" : "http/1.1")
    }

    socket.on("error", fail) // stays on one that is given up: it may fail once more
    socket.once("close", lost)
    socket.once("connect", () => (isTls ? (stage = "securing") : done()))
    socket.once("secureConnect", done)
    return () => {
      if (isOver) return
      over()
      socket.destroy()
    }
  }
}
