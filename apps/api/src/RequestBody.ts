/** Reads bodies, within bounds of one body and of all bodies together. */
import type { ByteBudget, HttpResponse } from "@lead-gateway/runtime"
import type { IncomingMessage } from "node:http"
import { decompress, isCompressed } from "./decompress.ts"
import { enlarged, free, inTurns } from "./largeBodies.ts"

/** Why a body could not be read. */
export type BodyRefusal = "TooLarge" | "TooManyChunks" | "Busy" | "Malformed" | "Aborted"

/** Bounds of what is read. */
export interface BodyLimits {
  /** Of one body, before and after decompression. */
  readonly maxBytes: number
  /** Of all requests together. */
  readonly budget: ByteBudget.ByteBudget
}

/** Reads the bodies of one server. */
export interface BodyReader {
  /**
   * Reads and decompresses a body. Calls `done` once, with the body or the reason why there is none.
   *
   * A body is held in one buffer, which takes memory with what has arrived: a `Content-Length` alone takes none. A body that
   * is too large, or has no room in the budget, is not read when its `Content-Length` says so, otherwise up to that point.
   * What is held is counted in `heldBytes` of the response until `giveBack`.
   */
  readonly read: (response: HttpResponse, done: (body: Buffer | BodyRefusal) => void) => void
  /** Counts this many bytes as held for a request, instead of those until now; false if there is no room for more. */
  readonly hold: (response: HttpResponse, bytes: number) => boolean
  /** Ends the count of a request. May be called again. */
  readonly giveBack: (response: HttpResponse) => void
}

/**
 * A body may come in this many chunks, and in one more for each 128 bytes. Senders with tiny writes stay below it; a
 * megabyte of single bytes is refused after some 340, since each chunk costs as much as a whole small request.
 */
const freeChunks = 1024
const bytesPerChunk = 128
/** Chunks of one to three bytes on average, which no serialiser writes, are refused after a few hundred. */
const freeTinyChunks = 256
const tinyChunk = 4

const mostChunks = (bytes: number): number =>
  Math.min(freeChunks + bytes / bytesPerChunk, freeTinyChunks + bytes / tinyChunk)

/** How long a body may take before it makes room for others, when there is none left. */
const patienceMs = 1000

/**
 * Longer bodies are counted with their whole `Content-Length` before they are read, so that no more of them are under way
 * than can be finished. They leave a part of the budget to shorter ones, which nearly all leads are: whoever claims great
 * lengths keeps no lead out.
 */
const largeBody = 64 * 1024
const keptForSmall = 0.25

/** A body under way that is not complete. */
interface Incomplete {
  readonly since: number
  readonly refuse: (refusal: BodyRefusal) => void
}

/** Makes a reader. */
export const makeBodyReader = ({ budget, maxBytes }: BodyLimits): BodyReader => {
  /** In the order in which they began. */
  const incomplete = new Set<Incomplete>()

  /** Makes room, if need be by refusing bodies that have been incomplete for a while: slow senders keep nobody out. */
  const hasRoom = (bytes: number): boolean => {
    while (!budget.hasRoom(bytes)) if (!refuseSlowest()) return false
    return true
  }
  /** Takes bytes for a request whose body is of this length. */
  const take = (response: HttpResponse, bytes: number, length: number): boolean => {
    if (!hasRoom(length > largeBody ? bytes + budget.limit * keptForSmall : bytes)) return false
    budget.take(bytes)
    response.heldBytes += bytes
    return true
  }
  const refuseSlowest = (): boolean => {
    const [oldest] = incomplete
    if (oldest === undefined || performance.now() - oldest.since < patienceMs) return false
    oldest.refuse("Busy")
    return true
  }
  const giveBack = (response: HttpResponse): void => {
    budget.giveBack(response.heldBytes)
    response.heldBytes = 0
  }
  const hold = (response: HttpResponse, bytes: number): boolean => {
    const more = bytes - response.heldBytes
    if (more > 0) return take(response, more, 0)
    budget.giveBack(-more)
    response.heldBytes = bytes
    return true
  }

  const readWire = (
    response: HttpResponse,
    length: number,
    done: (body: Buffer | BodyRefusal) => void,
  ): void => {
    const { req: request } = response
    /** What has arrived: one chunk as it came, or the beginning of a buffer with room for more. */
    let body: Buffer = empty
    let size = 0
    let chunks = 0
    let entry: Incomplete | undefined
    let isDone = false
    /** What is counted as held: of a large body at once its whole length. */
    let counted = response.heldBytes

    const finish = (result: Buffer | BodyRefusal) => {
      if (isDone) return
      isDone = true
      request.off("data", onData)
      if (typeof result === "string") free(body)
      body = empty
      if (entry !== undefined) incomplete.delete(entry)
      // At once, since it may have to make room for another body.
      if (typeof result === "string") giveBack(response)
      if (typeof result === "string" || result.length <= largeBody) done(result)
      else inTurns(() => done(result))
    }
    /** Counts a buffer before it is made. If the budget is used up, the body that is refused may be this one. */
    const hasCounted = (capacity: number): boolean => {
      if (capacity <= counted) return true
      if (!take(response, capacity - counted, capacity)) finish("Busy")
      else if (isDone) giveBack(response)
      counted = capacity
      return !isDone
    }
    const begin = () => {
      entry ??= { since: performance.now(), refuse: finish }
      incomplete.add(entry)
    }
    const onData = (chunk: Buffer) => {
      const total = size + chunk.length
      if (total > maxBytes) return finish("TooLarge")
      if (++chunks > mostChunks(total)) return finish("TooManyChunks")
      if (chunks === 1) {
        if (!hasCounted(chunk.length)) return
        body = chunk
        if (!request.complete && total !== length) begin()
      } else {
        if (total > body.length) {
          // The system gives memory to a buffer as it is filled, so one that is counted already need not grow.
          const grown = Math.max(total, 2 * body.length, 4096)
          const capacity = counted === length ? length : Math.min(grown, length)
          if (!hasCounted(capacity)) return
          body = enlarged(body, capacity)
        }
        chunk.copy(body, size)
        free(chunk)
      }
      size = total
      // Node would read up to 2 MiB of one connection in a turn of the event loop, while others wait.
      if (size > largeBody && size !== length) {
        request.pause()
        setImmediate(resume, request)
      }
    }
    if (counted > 0) begin()
    request
      .on("data", onData)
      .on("end", () => finish(size === body.length ? body : body.subarray(0, size)))
      // Stays attached: an error of a stream that is no longer read must not end the process.
      .on("error", () => finish("Aborted"))
  }

  return {
    read: (response, done) => {
      const { headers } = response.req
      const declared = headers["content-length"]
      const length = declared === undefined ? maxBytes : Number(declared)
      if (length > maxBytes) return done("TooLarge")
      if (declared !== undefined) {
        const isRoom = length > largeBody ? take(response, length, length) : hasRoom(length)
        if (!isRoom) return done("Busy")
      }
      const encoding = headers["content-encoding"]
      if (encoding === undefined || !isCompressed(encoding)) return readWire(response, length, done)
      readWire(response, length, (body) => {
        if (typeof body === "string") return done(body)
        decompress(body, encoding, maxBytes, (text) => {
          const result = typeof text === "string" || hold(response, text.length) ? text : "Busy"
          if (typeof result === "string") giveBack(response)
          done(result)
        })
      })
    },
    hold,
    giveBack,
  }
}

const empty = Buffer.alloc(0)

const resume = (request: IncomingMessage): void => {
  request.resume()
}
