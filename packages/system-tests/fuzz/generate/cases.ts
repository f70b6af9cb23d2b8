/** The cases of a seed: the corpus as it is, on both apis, and then as many generated ones as are wanted. */
import type { Corpus } from "../support/corpus.ts"
import { type ApiName, apis } from "./apis.ts"
import type { Ending, FuzzCase, Write } from "./Case.ts"
import { mutate } from "./mutate.ts"
import { randomBy, type Random } from "./Random.ts"
import { request } from "./requests.ts"

/** The case of a number, from 1. The same seed, number and corpus give the same bytes. */
export const makeCase = (seed: string, number: number, corpus: Corpus): FuzzCase => {
  const { requests } = corpus
  const file = requests[(number - 1) % requests.length]
  if (number <= 2 * requests.length && file !== undefined) {
    const writes = [{ bytes: file.bytes, pauseMs: 0 }]
    return {
      number,
      origin: file.name,
      api: number > requests.length ? "guarded" : "open",
      writes,
      ending: "wait",
    }
  }
  const random = randomBy(seed, number)
  const api = random.weighted<ApiName>([
    [50, "open"],
    [25, "guarded"],
    [25, "signed"],
  ])
  const { bytes, origin } = content(random, `fuzz-${seed}-${number}`, api, corpus)
  const ending = random.weighted<Ending>([
    [86, "wait"],
    [9, "half-close"],
    [5, "reset"],
  ])
  const sent = random.chance(0.05) ? bytes.subarray(0, random.below(bytes.length + 1)) : bytes
  return { number, origin, api, writes: delivery(random, sent), ending }
}

const content = (random: Random, mark: string, api: ApiName, { requests }: Corpus) => {
  const grammar = () => {
    const count = random.weighted([
      [70, 1],
      [20, 2],
      [8, 4],
      [2, 12],
    ])
    return Buffer.concat(
      Array.from({ length: count }, (_, index) => request(random, `${mark}-${index}`, apis[api])),
    )
  }
  const fromCorpus = () => {
    const files = Array.from(
      { length: random.pick([1, 1, 2, 3]) },
      () => requests[random.below(requests.length)],
    )
    return mutate(random, Buffer.concat(files.flatMap((file) => (file === undefined ? [] : [file.bytes]))))
  }
  return random.weighted<() => { readonly bytes: Buffer; readonly origin: string }>([
    [60, () => ({ bytes: grammar(), origin: "grammar" })],
    [20, () => ({ bytes: mutate(random, grammar()), origin: "mutated grammar" })],
    [20, () => ({ bytes: fromCorpus(), origin: "mutated corpus" })],
  ])()
}

/** How bytes are split into writes: mostly not at all, else at random places, seldom with pauses or byte by byte. */
const delivery = (random: Random, bytes: Buffer): ReadonlyArray<Write> => {
  const [splits, pauseMs] = random.weighted<readonly [number, number]>([
    [75, [0, 0]],
    [20, [random.between(1, 8), 0]],
    [4, [random.between(1, 6), random.between(1, 30)]],
    [1, [300, 0]],
  ])
  const places = Array.from({ length: splits }, () => random.below(bytes.length + 1)).toSorted(
    (a, b) => a - b,
  )
  return [...places, bytes.length].map((end, index) => ({
    bytes: bytes.subarray(index === 0 ? 0 : (places[index - 1] ?? 0), end),
    pauseMs: index === 0 ? 0 : pauseMs,
  }))
}
