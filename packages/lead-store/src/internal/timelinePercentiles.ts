/** The percentiles of a bucket of the timeline, from what is stored of it. Pure. */

/**
 * What is counted of one bucket: its time, the counts, the stored percentiles; or what they are made of, where some entries of
 * the bucket are not added up yet: the buckets of latencies, and how many deliveries are in each.
 */
export type BucketPart = readonly [
  at: number,
  counts: ReadonlyArray<number>,
  p50: number | null,
  p95: number | null,
  latencies: ReadonlyArray<number> | null,
  latencyLeads: ReadonlyArray<number> | null,
]

/** The buckets of latencies of both percentiles: as stored, or of all deliveries where the bucket has several parts. */
export const percentilesOf = (
  parts: ReadonlyArray<BucketPart>,
): readonly [p50: number | null, p95: number | null] => {
  const [first] = parts
  if (first === undefined) return [null, null]
  if (first[4] === null) return [first[2], first[3]]
  const latencies = parts
    .flatMap(([, , , , buckets, leads]) =>
      (buckets ?? []).map((bucket, index) => [bucket, leads?.[index] ?? 0] as const),
    )
    .sort(([a], [b]) => a - b)
  return [percentile(latencies, 0.5), percentile(latencies, 0.95)]
}

/**
 * The nearest rank: of n deliveries the one at place ⌈share · n⌉ from the fastest; null of none. Of 1, 2, 3 and 4 ms the
 * half is 2 ms.
 */
const percentile = (
  latencies: ReadonlyArray<readonly [bucket: number, leads: number]>,
  share: number,
): number | null => {
  const total = latencies.reduce((sum, [, leads]) => sum + leads, 0)
  const rank = Math.ceil(share * total)
  let upTo = 0
  for (const [bucket, leads] of latencies) {
    upTo += leads
    if (upTo >= rank) return bucket
  }
  return null
}
