/** What large bodies need besides: their memory back at once, and a turn of their own in the event loop. */

/**
 * Does one piece of work at a time, and then nothing for as long as it took: large bodies get at most half of the event loop.
 * Checking one takes some 10 ms, and a small lead needs several turns: its connection is accepted in one, its head read in
 * another, its commit confirmed in a third.
 */
export const inTurns = (work: () => void): void => {
  heavyWork.push(work)
  if (isAtWork) return
  isAtWork = true
  setImmediate(doNext)
}

const heavyWork: Array<() => void> = []
let isAtWork = false

const doNext = (): void => {
  const work = heavyWork.shift()
  isAtWork = work !== undefined
  if (work === undefined) return
  const begin = performance.now()
  work()
  setTimeout(doNext, Math.ceil(performance.now() - begin))
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
