/**
 * Counts the bytes that all requests of a process hold together: bodies under way, leads that wait for their commit,
 * answers that their readers have not taken.
 *
 * A budget refuses and never waits: who is refused frees what it holds, so requests that hold a part each cannot block each
 * other. The counter is an integer; a request adds to it and subtracts the same.
 */
import { totalmem } from "node:os"
import { getHeapStatistics } from "node:v8"

/** A number of bytes, and how many of them are held. */
export interface ByteBudget {
  /** How many bytes may be held at once. */
  readonly limit: number
  /** How many bytes are held now. */
  readonly held: () => number
  /** Whether so many further bytes may be held now. Takes none. */
  readonly hasRoom: (bytes: number) => boolean
  /** Takes all of these bytes, or none of them: then the answer is false. */
  readonly take: (bytes: number) => boolean
  /** Gives back bytes that were taken. */
  readonly giveBack: (bytes: number) => void
}

/** A budget of which nothing is held. */
export const make = (limit: number): ByteBudget => {
  let held = 0
  const hasRoom = (bytes: number) => held + bytes <= limit
  return {
    limit,
    held: () => held,
    hasRoom,
    take: (bytes) => {
      if (!hasRoom(bytes)) return false
      held += bytes
      return true
    },
    giveBack: (bytes) => {
      held -= bytes
    },
  }
}

/** The memory of this process: its cgroup's limit where there is one, otherwise the machine's memory. */
export const memoryLimit = (): number => {
  const machine = totalmem()
  // Unknown is 0; no limit is a number beyond every machine.
  const constrained = process.constrainedMemory()
  return constrained > 0 ? Math.min(constrained, machine) : machine
}

/** What the process takes without any request. */
const ownBytes = 160 * 1024 ** 2

/**
 * The default limit: a quarter of the memory and of V8's heap limit, since a lead that waits for its commit is a text in the
 * heap. Of little memory it is less: a held byte costs up to two, with what the garbage collector has not freed yet, beside
 * 160 MiB for the process itself. 48 MiB of a container of 256 MiB, 128 MiB of 512 MiB.
 */
export const defaultLimit = (): number => {
  const memory = memoryLimit()
  const most = Math.min(memory / 4, getHeapStatistics().heap_size_limit / 4, (memory - ownBytes) / 2)
  return Math.floor(Math.max(most, memory / 16))
}
