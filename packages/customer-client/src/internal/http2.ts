import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  sensitiveHeaders,
  type Settings,
} from "node:http2"
import type { Socket } from "node:net"
import type { Call, Sending, SendingEvents } from "./Call.ts"
import { describeFailure, describeReset } from "./failure.ts"
import { idleTimeoutMs } from "./http1.ts"

/** HTTP/2: a session with a free stream. */
export interface Http2Way {
  readonly protocol: "h2"
  readonly session: Session
  /** Records that the customer requires HTTP/1.1 from now on. */
  readonly http1Required: () => void
}

/** Sends one request on a stream of a session that has room. */
export const sendByHttp2 = (call: Call, way: Http2Way, events: SendingEvents): Sending => {
  const stream = way.session.open(call)
  let hasHead = false
  let missing = 0
  let failure: Error | undefined

  stream.on("response", (headers, flags) => {
    hasHead = true
    const isAll = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0
    missing = isAll ? 0 : Number(headers["content-length"] ?? 0)
    events.answering({
      status: headers[":status"] ?? 0,
      retryAfter: headers["retry-after"],
      date: headers.date,
      contentType: headers["content-type"],
      contentEncoding: headers["content-encoding"],
    })
  })
  stream.on("data", (chunk: Uint8Array) => {
    missing -= chunk.length
    events.received(chunk)
  })
  // A reset stream ends too. After NO_ERROR, only its length shows whether the body is complete.
  stream.on("end", () => {
    if (hasHead) events.ended(stream.rstCode === constants.NGHTTP2_NO_ERROR && missing <= 0)
  })
  stream.on("error", (error: Error) => (failure = error))
  stream.on("close", () => {
    const code = stream.rstCode ?? constants.NGHTTP2_NO_ERROR
    if (code === constants.NGHTTP2_HTTP_1_1_REQUIRED) way.http1Required()
    if (hasHead) return events.ended(false)
    const cause = failure ?? (code === constants.NGHTTP2_CANCEL && way.session.isLost() ? lost : undefined)
    const isReset = cause === undefined || ("code" in cause && cause.code === "ERR_HTTP2_STREAM_ERROR")
    events.unanswered(isReset ? describeReset(code) : describeFailure(cause, "open"))
  })
  stream.end(call.body)

  const cancel = () => {
    if (stream.destroyed) return
    stream.close(constants.NGHTTP2_CANCEL)
    // Do not wait until the customer has been notified: it may have stopped reading.
    stream.destroy()
  }
  return {
    finish: (complete) => {
      if (!complete || !stream.writableFinished) cancel()
    },
    // A peer that did not answer in time may have lost the whole connection, so the next exchange opens a new one.
    cancel: (isTimeout) => {
      cancel()
      if (isTimeout && !hasHead) way.session.retire()
    },
  }
}

/** Node reports a closed connection to its streams as CANCEL. */
const lost = Object.assign(new Error("the connection closed"), { code: "ECONNRESET" })

/** An HTTP/2 connection to a customer, shared by all exchanges under way. */
export interface Session {
  /** Whether another exchange may start on it: the customer limits the concurrent streams. */
  readonly hasRoom: () => boolean
  /** Starts a request; call it only if there is room. The stream's room is free again once it has closed. */
  readonly open: (call: Pick<Call, "headers" | "secretHeaders">) => ClientHttp2Stream
  /** Starts no further exchange; those under way may end. */
  readonly retire: () => void
  readonly destroy: () => void
  /** Whether its connection is closed. */
  readonly isLost: () => boolean
}

/** Events of a session. */
export interface SessionEvents {
  /** The customer's SETTINGS have arrived, or a stream has closed: there may be room now. */
  readonly room: () => void
  /** It accepts no further exchange. `error`: why it never accepted any. Called once. */
  readonly gone: (error: Error | undefined) => void
}

/**
 * Speaks HTTP/2 on a connection on which both sides have chosen it.
 *
 * Nothing is sent before the customer's SETTINGS have arrived, because they limit the concurrent streams, and
 * excess streams would be refused. Closed after 4 s of idleness, as with HTTP/1.1. A customer's GOAWAY retires it.
 */
export const makeSession = (url: URL, socket: Socket, events: SessionEvents): Session => {
  const session: ClientHttp2Session = connect(url, {
    createConnection: () => socket,
    settings: { enablePush: false },
    // In MB. Node counts what we send, too, and resets requests beyond it. Answers are bounded by windows and our caps.
    maxSessionMemory: 1024,
  })
  let room = 0
  let active = 0
  let isReady = false
  let isGone = false
  let idle: NodeJS.Timeout | undefined
  let failure: Error | undefined

  /** Destroys the socket as well: Node would first wait for pending writes, for ever if the customer does not read. */
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
    // Not `close()`, which waits for the customer to close its side.
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
  session.on("error", (error: Error) => (failure = error)) // its streams report it, too
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
        [sensitiveHeaders]: [...secretHeaders], // kept out of HPACK's tables, against compression attacks
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
