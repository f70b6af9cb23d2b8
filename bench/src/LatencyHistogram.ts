/** Counts latencies in buckets, 64 for each doubling: quantiles are right to 1.6 % however many there are. */
export class LatencyHistogram {
  readonly #buckets = new Uint32Array(64 * 27)
  #count = 0

  record(ms: number): void {
    const bucket = bucketOf(Math.round(ms * 1000))
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1
    this.#count++
  }

  /** In ms; the lower edge of its bucket. */
  quantile(share: number): number {
    let left = share * this.#count
    const bucket = this.#buckets.findIndex((count) => (left -= count) <= 0)
    return microsecondsOf(bucket) / 1000
  }
}

/** One bucket each below 128 µs; from there on the number's seven leading bits and its length. */
const bucketOf = (microseconds: number): number => {
  const shift = Math.max(0, 25 - Math.clz32(microseconds))
  return 64 * shift + (microseconds >>> shift)
}

const microsecondsOf = (bucket: number): number => {
  const shift = Math.max(0, Math.floor(bucket / 64) - 1)
  return (bucket - 64 * shift) << shift
}
