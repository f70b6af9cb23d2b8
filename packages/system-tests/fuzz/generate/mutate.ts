/** Changes to bytes: single ones, lines, and what is known to confuse parsers. */
import type { Random } from "./Random.ts"

const awkward = [
  "\r",
  "\n",
  "\r\n",
  "\r\n\r\n",
  "\0",
  " ",
  "\t",
  ":",
  ";",
  ",",
  "\x0b",
  "\x7f",
  "\x80",
  "\xff",
  "0\r\n\r\n",
  "\r\nContent-Length: 5",
  "\r\nTransfer-Encoding: chunked",
  "\r\nTransfer-Encoding:\x0bchunked",
  "\r\nTransfer-Encoding : chunked",
  "\r\n Transfer-Encoding: chunked",
  "\r\nConnection: close",
  "\r\nHost: localhost",
  "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n",
  "%00",
  "{",
  "}",
  "[",
  '"',
  "\\",
  "\\u0000",
  "1e400",
  "-",
  "__proto__",
] as const

/** The bytes with one change. */
const change = (random: Random, bytes: Buffer): Buffer => {
  const at = random.below(bytes.length + 1)
  const length = Math.min(random.pick([1, 1, 2, 4, 16, 100]), bytes.length - at)
  const replace = (by: Buffer | string, removed: number) =>
    Buffer.concat([bytes.subarray(0, at), Buffer.from(by as string, "latin1"), bytes.subarray(at + removed)])
  const lines = () => bytes.toString("latin1").split("\r\n")
  const joined = (all: ReadonlyArray<string>) => Buffer.from(all.join("\r\n"), "latin1")
  return random.weighted<() => Buffer>([
    [3, () => replace(String.fromCharCode(random.below(256)), Math.min(1, bytes.length - at))],
    [4, () => replace(random.pick(awkward), random.chance(0.5) ? 0 : length)],
    [2, () => replace("", length)],
    [2, () => replace(bytes.subarray(at, at + length).toString("latin1"), 0)],
    [1, () => bytes.subarray(0, at)],
    [
      2,
      () => {
        const all = lines()
        const from = random.below(all.length)
        all.splice(random.below(all.length), 0, all[from] ?? "")
        return joined(all)
      },
    ],
    [1, () => joined(lines().toSpliced(random.below(lines().length), 1))],
    [
      1,
      () => {
        const all = lines()
        const [a, b] = [random.below(all.length), random.below(all.length)]
        const [first = "", second = ""] = [all[a], all[b]]
        all[a] = second
        all[b] = first
        return joined(all)
      },
    ],
  ])()
}

/** The bytes with one to four changes. */
export const mutate = (random: Random, bytes: Buffer): Buffer => {
  let changed = bytes
  for (let left = random.pick([1, 1, 2, 4]); left > 0; left--) changed = change(random, changed)
  return changed
}
