import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { once } from "node:events"
import { type AddressInfo, connect, createServer, type Socket } from "node:net"
import { setTimeout } from "node:timers/promises"
import { TestProxy } from "../src/index.ts"

/** A server that returns what it gets, and a proxy before it. */
const echo = Effect.gen(function* () {
  const seen: Array<Socket> = []
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    seen.push(socket.on("error", () => undefined))
    socket.pipe(socket)
  })
  yield* Effect.acquireRelease(
    Effect.promise(() => once(server.listen(0, "127.0.0.1"), "listening")),
    () => Effect.sync(() => server.close()),
  )
  const proxy = yield* TestProxy.make({ to: (server.address() as AddressInfo).port })
  const client = () => {
    const socket = connect({ port: proxy.port, host: "127.0.0.1", allowHalfOpen: true })
    let text = ""
    let end: string | undefined
    socket.on("data", (chunk: Buffer) => (text += chunk.toString()))
    socket.on("end", () => (end ??= "end")).on("error", (error: NodeJS.ErrnoException) => (end = error.code))
    return { socket, text: () => text, end: () => end }
  }
  return { proxy, client, seen }
})

const until = (condition: () => boolean) =>
  Effect.promise(async () => {
    const end = performance.now() + 5000
    while (!condition() && performance.now() < end) await setTimeout(2)
    assert.isTrue(condition())
  })
const quiet = Effect.promise(() => setTimeout(50))

describe("a proxy", () => {
  it.live("forwards data and ends in both directions", () =>
    Effect.gen(function* () {
      const { client, proxy } = yield* echo
      const one = client()
      one.socket.end("hello")
      yield* until(() => one.end() === "end")
      assert.strictEqual(one.text(), "hello")
      one.socket.destroy()
      yield* until(() => proxy.connections() === 0)
    }),
  )

  it.live("forwards a megabyte to a client that reads late", () =>
    Effect.gen(function* () {
      const { client } = yield* echo
      const one = client()
      one.socket.pause().end("x".repeat(4_000_000))
      yield* quiet
      one.socket.resume()
      yield* until(() => one.text().length === 4_000_000 && one.end() === "end")
    }),
  )

  it.live("swallows without closing, and then forwards what it held", () =>
    Effect.gen(function* () {
      const { client, proxy, seen } = yield* echo
      const one = client()
      one.socket.write("a")
      yield* until(() => one.text() === "a")
      proxy.swallow()
      one.socket.write("b")
      const late = client()
      late.socket.end("c")
      yield* quiet
      assert.deepStrictEqual([one.text(), one.end(), late.text(), seen.length], ["a", undefined, "", 1])
      proxy.forward()
      yield* until(() => one.text() === "ab" && late.text() === "c" && late.end() === "end")
      one.socket.destroy()
    }),
  )

  it.live("swallows in one direction", () =>
    Effect.gen(function* () {
      const { client, proxy, seen } = yield* echo
      const one = client()
      one.socket.write("a")
      yield* until(() => one.text() === "a")
      proxy.swallow("toClient")
      one.socket.write("b")
      yield* until(() => seen[0]?.bytesRead === 2)
      yield* quiet
      assert.strictEqual(one.text(), "a")
      proxy.swallow("toServer")
      yield* until(() => one.text() === "ab")
      one.socket.write("c")
      yield* quiet
      assert.strictEqual(seen[0]?.bytesRead, 2)
      one.socket.destroy()
    }),
  )

  it.live("swallows the end of a connection, so that the server keeps it", () =>
    Effect.gen(function* () {
      const { client, proxy, seen } = yield* echo
      const one = client()
      one.socket.write("a")
      yield* until(() => one.text() === "a")
      proxy.swallow()
      one.socket.resetAndDestroy()
      yield* quiet
      assert.isFalse(seen[0]?.destroyed)
      proxy.forward()
      yield* until(() => seen[0]?.destroyed === true)
    }),
  )

  it.live("breaks off in the middle of an answer", () =>
    Effect.gen(function* () {
      const { client, proxy } = yield* echo
      const one = client()
      one.socket.write("a")
      yield* until(() => one.text() === "a")
      proxy.swallowAfter(3)
      one.socket.write("bcdef")
      yield* until(() => one.text() === "abcd")
      one.socket.write("g")
      yield* quiet
      assert.strictEqual(one.text(), "abcd")
      proxy.forward()
      yield* until(() => one.text() === "abcdefg")
      one.socket.destroy()
    }),
  )

  it.live("resets the connections that it has, and forwards new ones", () =>
    Effect.gen(function* () {
      const { client, proxy, seen } = yield* echo
      const one = client()
      one.socket.write("a")
      yield* until(() => one.text() === "a")
      proxy.swallow()
      const late = client()
      yield* until(() => proxy.connections() === 2)
      proxy.reset()
      yield* until(
        () => one.end() === "ECONNRESET" && late.end() === "ECONNRESET" && seen[0]?.destroyed === true,
      )
      const next = client()
      next.socket.end("n")
      yield* until(() => next.text() === "n")
    }),
  )

  it.live("ends its client's connection when the server cannot be reached", () =>
    Effect.gen(function* () {
      const proxy = yield* TestProxy.make({ to: 1 })
      const socket = connect({ port: proxy.port, host: "127.0.0.1" })
      let end: string | undefined
      socket.on("error", (error: NodeJS.ErrnoException) => (end = error.code))
      yield* until(() => end === "ECONNRESET")
    }),
  )
})
