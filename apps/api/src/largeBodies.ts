/** What large bodies need besides: their memory back at once, and a turn of their own in the event loop. */

/**
 * Does one piece of work in each turn of the event loop: checking a large body takes some 10 ms, and connections are
 * accepted one a turn.
 */
export const oneATurn = (work: () => void): void => {
  if (heavyWork.push(work) === 1) setImmediate(doNext)
}

const heavyWork: Array<() => void> = []

const doNext = (): void => {
  const work = heavyWork.shift()
  if (heavyWork.length > 0) setImmediate(doNext)
  work?.()
}

/**
 * Frees the memory of a buffer now, where the garbage collector might let many of them come together. Does nothing for small
 * buffers, and for those that may share their memory with others, as in Node's pool.
 */
export const free = (buffer: Buffer): void => {
  const { buffer: memory, byteOffset, length } = buffer
  const isOwn = byteOffset === 0 && 2 * length >= memory.byteLength && memory.byteLength !== Buffer.poolSize
  if (isOwn && length >= worthFreeing && memory instanceof ArrayBuffer) memory.transfer(0)
}

/** Below this, freeing costs more than it helps. */
const worthFreeing = 16 * 1024

/** A buffer with the same content and more room; frees the old one. */
export const enlarged = (buffer: Buffer, capacity: number): Buffer => {
  const larger = Buffer.allocUnsafeSlow(capacity)
  buffer.copy(larger)
  free(buffer)
  return larger
}
