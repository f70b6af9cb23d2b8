/**
 * One command to a Redis server over a new connection, for tests to inspect and prepare its data.
 */
import { connect as connectPlain } from "node:net"
import { connect as connectTls } from "node:tls"

/** A reply of Redis; arrays may be nested. */
export type RedisReply = string | number | null | ReadonlyArray<RedisReply>

/** An error reply of Redis, which begins with "-". */
export class RedisRefusal extends Error {
  override readonly name = "RedisRefusal"
}

/** Sends `AUTH` first if the URL has a password, and `SELECT` if it has a database. Does not verify certificates. */
export const redisCommand = (
  url: string,
  args: ReadonlyArray<string>,
  withinMs = 5000,
): Promise<RedisReply> =>
  new Promise((resolve, reject) => {
    const { protocol, hostname, port, username, password, pathname } = new URL(url)
    const where = { host: hostname, port: Number(port || 6379) }
    const socket =
      protocol === "rediss:" ? connectTls({ ...where, rejectUnauthorized: false }) : connectPlain(where)
    const auth = [...(username === "" ? [] : [username]), password].map(decodeURIComponent)
    const database = pathname.slice(1)
    const commands = [
      ...(password === "" ? [] : [["AUTH", ...auth]]),
      ...(database === "" || database === "0" ? [] : [["SELECT", database]]),
      args,
    ]
    let text = ""
    let left = commands.length
    const end = (settle: () => void) => {
      clearTimeout(timer)
      socket.destroy()
      settle()
    }
    const timer = setTimeout(
      () => end(() => reject(new Error(`no answer to ${args[0]} within ${withinMs} ms`))),
      withinMs,
    )
    socket.setEncoding("utf8")
    socket.on("error", (error) => end(() => reject(error)))
    socket.on("close", () => end(() => reject(new Error(`the connection closed during ${args[0]}`))))
    socket.on("data", (chunk: string) => {
      text += chunk
      for (let parsed = parse(text, 0); parsed !== undefined; parsed = parse(text, 0)) {
        text = text.slice(parsed.end)
        const { reply } = parsed
        left -= 1
        if (reply instanceof RedisRefusal) return end(() => reject(reply))
        if (left === 0) return end(() => resolve(reply))
      }
    })
    socket.write(commands.map(encode).join(""))
  })

const encode = (args: ReadonlyArray<string>) =>
  `*${args.length}\r\n${args.map((arg) => `$${Buffer.byteLength(arg)}\r\n${arg}\r\n`).join("")}`

interface Parsed {
  readonly reply: RedisReply | RedisRefusal
  readonly end: number
}

/** The reply at `at`; undefined while it is incomplete. Lengths are counted in characters, since tests use ASCII. */
const parse = (text: string, at: number): Parsed | undefined => {
  const stop = text.indexOf("\r\n", at)
  if (stop < 0) return undefined
  const [kind, rest, end] = [text[at], text.slice(at + 1, stop), stop + 2]
  switch (kind) {
    case "+":
      return { reply: rest, end }
    case "-":
      return { reply: new RedisRefusal(rest), end }
    case ":":
      return { reply: Number(rest), end }
    case "$": {
      const length = Number(rest)
      if (length < 0) return { reply: null, end }
      if (text.length < end + length + 2) return undefined
      return { reply: text.slice(end, end + length), end: end + length + 2 }
    }
    case "*":
      return parseArray(text, Number(rest), end)
    default:
      throw new Error(`not a reply of Redis: ${text.slice(at, at + 40)}`)
  }
}

const parseArray = (text: string, length: number, from: number): Parsed | undefined => {
  if (length < 0) return { reply: null, end: from }
  const replies: Array<RedisReply> = []
  let end = from
  for (let index = 0; index < length; index++) {
    const parsed = parse(text, end)
    if (parsed === undefined) return undefined
    if (parsed.reply instanceof RedisRefusal) return parsed
    replies.push(parsed.reply)
    end = parsed.end
  }
  return { reply: replies, end }
}
