import type { Socket } from "node:net"
import type { AddressCheck } from "../CustomerUrl.ts"
import { type ConnectEvents, makeConnect } from "./connect.ts"
import type { Stage } from "./failure.ts"
import { makeKeptConnections } from "./http1.ts"
import { makeSession, type Session } from "./http2.ts"
import { ClientClosed, makeReading, type Place, type Waiter } from "./Way.ts"

/** The connections to one customer. */
export interface Connections {
  /** Passes a connection to the waiter, now or later. */
  readonly acquire: (waiter: Waiter) => Place
  /** Closes all connections, including those in use. */
  readonly close: () => void
}

/**
 * Makes connections to a customer as they are needed.
 *
 * If the customer may choose HTTP/2, all waiters wait for the same first connection: if it becomes an HTTP/2 session,
 * they share it as long as it has room. If the customer chose HTTP/1.1, each concurrent exchange has a connection of
 * its own.
 */
export const makeConnections = (url: URL, check: AddressCheck, http2: "auto" | "never"): Connections => {
  const kept = makeKeptConnections(url)
  const byKept = { protocol: "http/1.1", kept, socket: undefined } as const
  const afterReading = makeReading()
  const connect = makeConnect(url, check)
  const attempts = new Set<() => void>()
  const sessions = new Set<Session>()
  const waiting = new Map<Waiter, Place>()
  let offersHttp2 = url.protocol === "https:" && http2 === "auto"
  let speaksHttp1 = !offersHttp2
  let session: Session | undefined
  let giveUpJoint: (() => void) | undefined
  let isClosed = false

  /** Connects, unless the attempt is abandoned or the client closes first. */
  const begin = (events: ConnectEvents): (() => void) => {
    const end = () => {
      attempts.delete(close)
      giveUp()
    }
    const close = () => {
      end()
      events.failed(new ClientClosed(), "connecting")
    }
    const giveUp = connect(offersHttp2 ? ["h2", "http/1.1"] : ["http/1.1"], {
      connected: (socket, protocol) => {
        attempts.delete(close)
        events.connected(socket, protocol)
      },
      failed: (error, stage) => {
        attempts.delete(close)
        events.failed(error, stage)
      },
    })
    attempts.add(close)
    return end
  }

  /** Empties the queue and returns the waiters. */
  const takeWaiting = () => {
    const taken = [...waiting]
    waiting.clear()
    return taken
  }

  const seekAgain = ([waiter, place]: readonly [Waiter, Place]) => {
    place.giveUp = leaving(acquire(waiter))
  }

  const failWaiting = (error: Error, stage: Stage) => {
    for (const [waiter] of takeWaiting()) waiter.failed(error, stage)
  }

  const begun = (socket: Socket) => {
    let isReady = false
    const made: Session = makeSession(url, socket, {
      room: () => {
        if (session !== made) return
        isReady = true
        giveUpJoint = undefined
        serve()
      },
      gone: (error) => {
        if (session === made) session = undefined
        if (!isReady) giveUpJoint = undefined
        if (error === undefined) serve()
        else failWaiting(error, "settling")
      },
    })
    sessions.add(made)
    socket.once("close", () => sessions.delete(made))
    session = made
    giveUpJoint = made.destroy
  }

  /** Serves as many waiters as there is room for, and opens the connection that the others wait for. */
  const serve = () => {
    if (isClosed) return failWaiting(new ClientClosed(), "connecting")
    if (session !== undefined) {
      for (const [waiter] of waiting) {
        if (!session?.hasRoom()) return
        waiting.delete(waiter)
        waiter.ready({ protocol: "h2", session, http1Required })
      }
      return
    }
    if (waiting.size === 0 || giveUpJoint !== undefined) return
    if (speaksHttp1) return takeWaiting().forEach(seekAgain)
    giveUpJoint = begin({
      connected: (socket, protocol) => {
        if (protocol === "h2") return begun(socket)
        giveUpJoint = undefined
        speaksHttp1 = true
        const [first, ...others] = takeWaiting()
        if (first === undefined) socket.destroy()
        else first[0].ready({ protocol, kept, socket })
        others.forEach(seekAgain)
      },
      failed: (error, stage) => {
        giveUpJoint = undefined
        failWaiting(error, stage)
      },
    })
  }

  const http1Required = () => {
    offersHttp2 = false
    speaksHttp1 = true
    session?.retire()
  }

  const acquireOwn = (waiter: Waiter): Place => {
    const place = {
      giveUp: begin({
        connected: (socket, protocol) => {
          if (protocol === "http/1.1") return waiter.ready({ protocol, kept, socket })
          // The customer now speaks HTTP/2, so this connection is shared.
          socket.destroy()
          speaksHttp1 = false
          seekAgain([waiter, place])
        },
        failed: (error, stage) => waiter.failed(error, stage),
      }),
    }
    return place
  }

  /** Uses an idle connection, if it is still open. */
  const acquireKept = (waiter: Waiter): Place => {
    let isGivenUp = false
    const place: Place = { giveUp: () => (isGivenUp = true) }
    afterReading(() => {
      if (isGivenUp) return
      if (session === undefined && kept.hasIdle()) waiter.ready(byKept)
      else place.giveUp = leaving(acquireNew(waiter))
    })
    return place
  }

  const acquire = (waiter: Waiter): Place =>
    !isClosed && (session?.hasRoom() ?? kept.hasIdle()) ? acquireKept(waiter) : acquireNew(waiter)

  const acquireNew = (waiter: Waiter): Place => {
    if (isClosed) {
      waiter.failed(new ClientClosed(), "connecting")
      return { giveUp: () => {} }
    }
    if (session === undefined && speaksHttp1) return acquireOwn(waiter)
    const place = {
      giveUp: () => {
        waiting.delete(waiter)
        const giveUp = waiting.size === 0 ? giveUpJoint : undefined
        if (giveUp === undefined) return
        giveUpJoint = undefined
        giveUp()
      },
    }
    waiting.set(waiter, place)
    serve()
    return place
  }

  return {
    acquire,
    close: () => {
      isClosed = true
      failWaiting(new ClientClosed(), "connecting")
      for (const end of attempts) end()
      for (const made of sessions) made.destroy()
      kept.destroy()
    },
  }
}

/** Gives up a place in the queue, at whatever stage it is. */
const leaving = (place: Place) => () => place.giveUp()
