/** How many webhooks each sender may send: a token bucket for each. */
import type { Rate } from "@lead-gateway/config"
import { isIPv6 } from "node:net"

/** The limit of all senders. */
export interface SenderRate {
  /** Milliseconds until the next webhook of the sender is allowed; 0 when this one is, and counts. */
  readonly waitMs: (sender: string, nowMs: number) => number
  /** The same, and counts nothing. */
  readonly peekMs: (sender: string, nowMs: number) => number
  /** Takes back one that {@link waitMs} has counted. */
  readonly giveBack: (sender: string) => void
  /** How many senders are remembered. */
  readonly size: () => number
}

/**
 * Limits senders by GCRA (ITU-T I.371): for each only the time is kept at which its bucket will be full again.
 *
 * `count` webhooks may come at once, and `count` again over each `perMs`. A bucket that is full again needs no entry, so
 * entries are kept in two generations, and the older one is dropped after `perMs`, in which every bucket fills up. When more
 * than `maxSenders` send, it is dropped earlier: a flood of addresses costs no memory, and whoever is forgotten for it
 * may send more, not less.
 */
export const makeSenderRate = ({ count, perMs }: Rate, maxSenders = 50_000): SenderRate => {
  const intervalMs = perMs / count
  let young = new Map<string, number>()
  let old = new Map<string, number>()
  let turnsAt = -Infinity

  const turn = (nowMs: number) => {
    old = young
    young = new Map()
    turnsAt = nowMs + perMs
  }

  const fullAt = (sender: string, nowMs: number) =>
    Math.max(young.get(sender) ?? old.get(sender) ?? nowMs, nowMs)
  const waitOf = (fullAtMs: number, nowMs: number) => {
    const waitMs = fullAtMs + intervalMs - perMs - nowMs
    // A little more than nothing: sums of fractions are not exact.
    return waitMs > perMs * 1e-9 ? waitMs : 0
  }

  return {
    waitMs: (sender, nowMs) => {
      if (nowMs >= turnsAt || young.size >= maxSenders) turn(nowMs)
      const fullAtMs = fullAt(sender, nowMs)
      const waitMs = waitOf(fullAtMs, nowMs)
      if (waitMs === 0) young.set(sender, fullAtMs + intervalMs)
      return waitMs
    },
    peekMs: (sender, nowMs) => waitOf(fullAt(sender, nowMs), nowMs),
    giveBack: (sender) => {
      const fullAtMs = young.get(sender) ?? old.get(sender)
      if (fullAtMs !== undefined) young.set(sender, fullAtMs - intervalMs)
    },
    size: () => young.size + old.size,
  }
}

/**
 * What one sender has: an IPv4 address, or an IPv6 network of 64 bits, of which every machine can take any address (RFC
 * 4291, 2.5.4). `2001:db8::1` gives `2001:db8:0:0`.
 */
export const networkOf = (address: string): string => {
  if (!isIPv6(address)) return address
  const [head = "", tail = ""] = address.replace(/%.*$/, "").split("::", 2)
  const left = head === "" ? [] : head.split(":")
  const right = tail === "" ? [] : tail.split(":")
  const isCut = address.includes("::")
  // The tail's dotted quad, if any, counts as two groups.
  const rightGroups = right.length + (right.at(-1)?.includes(".") === true ? 1 : 0)
  const zeros = isCut ? Math.max(0, 8 - left.length - rightGroups) : 0
  const groups = [...left, ...Array.from({ length: zeros }, () => "0"), ...right].slice(0, 4)
  return groups.map((group) => group.toLowerCase().replace(/^0+(?=.)/, "")).join(":")
}
