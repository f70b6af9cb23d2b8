import { lookup } from "node:dns"
import * as net from "node:net"
import * as tls from "node:tls"
import { type AddressCheck, hostOf } from "../CustomerUrl.ts"
import type { Stage } from "./failure.ts"

/** Callbacks of a connection attempt. Exactly one is called, once, unless the attempt is abandoned first. */
export interface ConnectEvents {
  /** Connected; `h2` if both sides chose HTTP/2. */
  readonly connected: (socket: net.Socket, protocol: "http/1.1" | "h2") => void
  readonly failed: (error: Error, stage: Stage) => void
}

/** Starts to connect; returns a function that abandons the attempt. */
export type Connect = (protocols: ReadonlyArray<"http/1.1" | "h2">, events: ConnectEvents) => () => void

/** Makes connections to one customer, at checked addresses only. Later TLS sessions resume earlier ones. */
export const makeConnect = (url: URL, check: AddressCheck): Connect => {
  const isTls = url.protocol === "https:"
  const host = hostOf(url)
  const common = {
    host,
    port: Number(url.port) || (isTls ? 443 : 80),
    lookup: checkedLookup(check),
    // Node tries the addresses of a host in turn, by default for 250 ms each; other continents need longer.
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: 1000,
    noDelay: true,
  }
  let ticket: Buffer | undefined

  const secure = (protocols: ReadonlyArray<string>) => {
    const socket = tls.connect({
      ...common,
      servername: net.isIP(host) === 0 ? host : "", // SNI is for names, not for addresses
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

    socket.on("error", fail) // never removed: an abandoned socket may emit another error
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

/** The host resolves to a refused address; the message names the address and its class. */
export class AddressRefusal extends Error {
  override readonly name = "AddressRefusal"
}

/**
 * Resolves a host as the operating system does, and fails with {@link AddressRefusal} if *any* of its addresses
 * is not allowed, so that the result does not depend on the order of an answer.
 *
 * The socket connects to exactly the checked addresses, so a name that resolves differently a moment later (DNS
 * rebinding) gains nothing.
 */
const checkedLookup =
  (check: AddressCheck): net.LookupFunction =>
  (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, [])
      for (const { address } of addresses) {
        const refusal = check(hostname, address)
        if (refusal === undefined) continue
        return callback(new AddressRefusal(`the customer's host resolves to ${refusal}`), [])
      }
      const [first] = addresses
      // A replacement for Node's resolver may succeed with an empty list, on which `net` throws.
      if (first === undefined) {
        const none = Object.assign(new Error("no address"), { code: "ENODATA", syscall: "getaddrinfo" })
        return callback(none, [])
      }
      if (options.all) return callback(null, addresses)
      callback(null, first.address, first.family)
    })
  }

/** Passes on why a connection to a URL's host would be refused now; `undefined` also if the name cannot be resolved. */
export const checkAddress = (
  url: URL,
  check: AddressCheck,
  done: (refusal: string | undefined) => void,
): void => {
  checkedLookup(check)(hostOf(url), { all: true }, (error) =>
    done(error instanceof AddressRefusal ? error.message : undefined),
  )
}
