import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  sensitiveHeaders,
  type Settings,
} from "node:http2"
import type { Socket } from "node:net"
import { idleTimeoutMs } from "./agent.ts"
import type { Call } from "./Call.ts"

/** An HTTP/2 connection to a customer, shared by all exchanges under way. */
export interface Session {
  /** Whether another exchange may begin on it: the customer says how many at a time it takes. */
  readonly hasRoom: () => boolean
  /** Begins a request; only where there is room. Room is there again when its stream has closed. */
  readonly open: (call: Pick<Call, "headers" | "secretHeaders">) => ClientHttp2Stream
  /** Begins no further exchange; those under way may end. */
  readonly retire: () => void
  readonly destroy: () => void
  /** Whether its connection is closed. */
  readonly isLost: () => boolean
}

/** What happens to a session, for whoever gives it out. */
export interface SessionEvents {
  /** The customer has said what it takes: there may be room now. */
  readonly room: () => void
  /** It takes no further exchange. `error`: it never did, because of this. Called once. */
  readonly gone: (error: Error | undefined) => void
}

/**
 * Speaks HTTP/2 on a connection that both sides have chosen it for.
 *
 * Nothing is sent before the customer's SETTINGS are here: they name how many exchanges it takes at a time, and
 * one too many would be refused. Closed like an HTTP/1.1 connection when it was idle for 4 s; a customer's GOAWAY
 * retires it.
 */
export const makeSession = (url: URL, socket: Socket, events: SessionEvents): Session => {
  const session: ClientHttp2Session = connect(url, {
    createConnection: () => socket,
    settings: { enablePush: false },
    // In MB. Node counts what we send, too, and resets requests beyond; what comes in has windows and our caps.
    maxSessionMemory: 1024,
  })
  let room = 0
  let active = 0
  let isReady = false
  let isGone = false
  let idle: NodeJS.Timeout | undefined
  let failure: Error | undefined

  /** Node would first let a write end that is under way: by a connection that nobody reads from, never. */
  const end = () => {
    session.destroy()
    socket.destroy()
  }
  const gone = () => {
    clearTimeout(idle)
    if (isGone) return
    isGone = true
    events.gone(isReady ? undefined : (failure ?? new Error("the session closed")))
  }
  const retire = () => {
    gone()
    // Not by `close()`, which waits for the customer to close its side.
    if (active === 0) end()
  }
  const rest = () => {
    session.unref()
    idle = setTimeout(retire, idleTimeoutMs).unref()
  }

  session.on("remoteSettings", ({ maxConcurrentStreams = Infinity }: Settings) => {
    room = maxConcurrentStreams
    if (!isReady && active === 0) rest()
    isReady = true
    events.room()
  })
  session.on("goaway", retire)
  session.on("error", (error: Error) => (failure = error)) // its streams tell what it means for them
  session.on("close", gone)

  return {
    hasRoom: () => isReady && !isGone && !session.closed && !session.destroyed && active < room,
    open: ({ headers, secretHeaders }) => {
      clearTimeout(idle)
      session.ref()
      const stream = session.request({
        ":method": "POST",
        ":scheme": "https",
        ":authority": url.host,
        ":path": `${url.pathname}${url.search}`,
        ...byName(headers),
        [sensitiveHeaders]: [...secretHeaders], // in no compression table, where others might guess at it
      })
      active++
      stream.once("close", () => {
        active--
        if (active > 0) return events.room()
        if (isGone) return end()
        rest()
        events.room()
      })
      return stream
    },
    retire,
    destroy: () => {
      gone()
      end()
    },
    isLost: () => session.destroyed,
  }
}

const byName = (headers: ReadonlyArray<string>): Record<string, string> => {
  const named: Record<string, string> = {}
  for (let i = 0; i + 1 < headers.length; i += 2) named[headers[i] as string] = headers[i + 1] as string
  return named
}
