/** When to stop making a case smaller. */
export interface Effort {
  readonly tries: number
  readonly ms: number
}

/**
 * Removes parts of the bytes, half of them first and single bytes last, while `fails` still holds; returns the shortest found
 * (delta debugging, Zeller and Hildebrandt 2002).
 */
export const minimise = async (
  bytes: Buffer,
  fails: (bytes: Buffer) => Promise<boolean>,
  effort: Effort = { tries: 400, ms: 60_000 },
): Promise<Buffer> => {
  const end = performance.now() + effort.ms
  let current = bytes
  let tries = 0
  for (let size = Math.ceil(bytes.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < current.length;) {
      if (tries++ >= effort.tries || performance.now() > end) return current
      const shorter = Buffer.concat([current.subarray(0, at), current.subarray(at + size)])
      if (await fails(shorter)) current = shorter
      else at += size
    }
  }
  return current
}
