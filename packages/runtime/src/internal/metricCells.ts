/** What hot paths change: a number, or the numbers of a histogram. */

/** A number that may be changed: `cell.value++`. */
export class Cell {
  value = 0
}

/** How many values are in which bucket, and their sum. */
export class Histogram {
  readonly buckets: ReadonlyArray<number>
  /** By bucket, not cumulative; the last one holds what is above all buckets. */
  readonly counts: Float64Array
  sum = 0

  /** The upper bounds of the buckets, ascending, each part of its bucket. */
  constructor(buckets: ReadonlyArray<number>) {
    this.buckets = buckets
    this.counts = new Float64Array(buckets.length + 1)
  }

  /** Adds a value. */
  observe(value: number): void {
    const { buckets, counts } = this
    let at = 0
    while (at < buckets.length && value > (buckets[at] as number)) at++
    counts[at] = (counts[at] as number) + 1
    this.sum += value
  }
}
