/** Makes a screenshot's PNG a third as large: with a palette of the colours that most of it has. */
import { crc32, deflateSync, inflateSync } from "node:zlib"

const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10])

/** A PNG of 8 bits for red, green and blue, with or without alpha, not interlaced: as Chromium makes them. */
export const smallPng = (png: Buffer): Buffer => {
  const { data, header } = partsOf(png)
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)]
  const channels = header[9] === 6 ? 4 : 3
  if (header[8] !== 8 || (header[9] !== 2 && header[9] !== 6) || header[12] !== 0) {
    throw new Error("not a PNG as Chromium makes them")
  }
  const pixels = unfilter(inflateSync(data), width, height, channels)
  const colours = new Uint32Array(width * height)
  const counts = new Map<number, number>()
  for (let at = 0; at < colours.length; at++) {
    const from = at * channels
    const colour = ((pixels[from] ?? 0) << 16) | ((pixels[from + 1] ?? 0) << 8) | (pixels[from + 2] ?? 0)
    colours[at] = colour
    counts.set(colour, (counts.get(colour) ?? 0) + 1)
  }
  const palette = paletteOf(counts)
  const indexOf = new Map([...counts.keys()].map((colour) => [colour, nearest(palette, colour)]))
  const rows = Buffer.alloc(height * (width + 1))
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++)
      rows[y * (width + 1) + 1 + x] = indexOf.get(colours[y * width + x] ?? 0) ?? 0
  }
  const newHeader = Buffer.from(header)
  newHeader[9] = 3
  return Buffer.concat([
    signature,
    chunk("IHDR", newHeader),
    chunk(
      "PLTE",
      Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255])),
    ),
    chunk("IDAT", deflateSync(rows, { level: 9, memLevel: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ])
}

const partsOf = (png: Buffer): { readonly header: Buffer; readonly data: Buffer } => {
  const chunks: Array<readonly [type: string, content: Buffer]> = []
  for (let at = signature.length; at < png.length;) {
    const length = png.readUInt32BE(at)
    chunks.push([png.toString("latin1", at + 4, at + 8), png.subarray(at + 8, at + 8 + length)])
    at += length + 12
  }
  const contents = (wanted: string) =>
    chunks.filter(([type]) => type === wanted).map(([, content]) => content)
  return { header: Buffer.concat(contents("IHDR")), data: Buffer.concat(contents("IDAT")) }
}

/** Undoes the filters of a PNG's rows (PNG, 9.2). */
const unfilter = (rows: Buffer, width: number, height: number, channels: number): Uint8Array => {
  const stride = width * channels
  const pixels = new Uint8Array(stride * height)
  for (let y = 0; y < height; y++) {
    const filter = rows[y * (stride + 1)] ?? 0
    const to = y * stride
    for (let x = 0; x < stride; x++) {
      const left = x < channels ? 0 : (pixels[to + x - channels] ?? 0)
      const up = y === 0 ? 0 : (pixels[to + x - stride] ?? 0)
      const corner = y === 0 || x < channels ? 0 : (pixels[to + x - stride - channels] ?? 0)
      const predicted = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter] ?? 0
      pixels[to + x] = (rows[y * (stride + 1) + 1 + x] ?? 0) + predicted
    }
  }
  return pixels
}

const paeth = (left: number, up: number, corner: number): number => {
  const estimate = left + up - corner
  const [byLeft, byUp, byCorner] = [left, up, corner].map((value) => Math.abs(estimate - value)) as [
    number,
    number,
    number,
  ]
  if (byLeft <= byUp && byLeft <= byCorner) return left
  return byUp <= byCorner ? up : corner
}

/** The most frequent colours, and then those whose pixels would look the most unlike them: a small dot stays green. */
const paletteOf = (counts: ReadonlyMap<number, number>): ReadonlyArray<number> => {
  const byCount = [...counts].toSorted(([, a], [, b]) => b - a)
  const palette = byCount.slice(0, 160).map(([colour]) => colour)
  const others = byCount.slice(160).map(([colour, count]) => ({
    colour,
    count,
    distance: Math.min(...palette.map((other) => distanceOf(colour, other))),
  }))
  while (palette.length < 256) {
    const next = others.reduce<(typeof others)[number] | undefined>(
      (worst, one) => (one.count * one.distance > (worst?.count ?? 0) * (worst?.distance ?? 0) ? one : worst),
      undefined,
    )
    if (next === undefined) break
    palette.push(next.colour)
    for (const one of others) one.distance = Math.min(one.distance, distanceOf(one.colour, next.colour))
  }
  return palette
}

const distanceOf = (one: number, other: number): number =>
  [16, 8, 0].reduce((sum, shift) => sum + (((one >> shift) & 255) - ((other >> shift) & 255)) ** 2, 0)

const nearest = (palette: ReadonlyArray<number>, colour: number): number => {
  let [best, least] = [0, Number.POSITIVE_INFINITY]
  for (const [index, other] of palette.entries()) {
    const distance = distanceOf(colour, other)
    if (distance < least) [best, least] = [index, distance]
    if (distance === 0) break
  }
  return best
}

const chunk = (type: string, content: Buffer): Buffer => {
  const named = Buffer.concat([Buffer.from(type, "latin1"), content])
  const frame = Buffer.alloc(8)
  frame.writeUInt32BE(content.length)
  frame.writeUInt32BE(crc32(named), 4)
  return Buffer.concat([frame.subarray(0, 4), named, frame.subarray(4)])
}
