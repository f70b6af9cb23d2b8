import { assert, describe, it } from "@effect/vitest"
import { CustomerBehaviour } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { makeWorld, request, makeClient } from "./support.ts"
import { frames, makeRawHttp2Customer } from "./rawHttp2.ts"

const { raw } = CustomerBehaviour

const final = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

/** What a customer answers, and the status or the message that is right. */
interface Row {
  readonly answer: string
  readonly right: number | string
  readonly source: string
}

const notHttp = "the customer's host answered what is not HTTP (HPE_INVALID_STATUS)"
const switched = "the customer's host answered 101 without being asked to switch protocols"
const notFinal = (status: number) =>
  `the customer's host answered with ${status}, which is not a final status`

const rows: ReadonlyArray<Row> = [
  {
    answer: "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    right: switched,
    source: "RFC 9110 §15.2.2 and §7.8",
  },
  {
    answer: "HTTP/1.1 101 Switching Protocols\r\nContent-Length: 2\r\n\r\nok",
    right: switched,
    source: "RFC 9110 §15.2.2; https://github.com/swift-server/async-http-client/pull/442",
  },
  {
    answer: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n",
    right: switched,
    source: "https://github.com/apache/httpcomponents-client/pull/807 (no Connection: Upgrade)",
  },
  {
    answer: "HTTP/1.1 099 Odd\r\nContent-Length: 2\r\n\r\nok",
    right: notFinal(99),
    source: "RFC 9110 §15; https://github.com/curl/curl/issues/17446",
  },
  {
    answer: "HTTP/1.1 000 Unknown\r\nContent-Length: 0\r\n\r\n",
    right: notFinal(0),
    source: "RFC 9110 §15; https://github.com/squid-cache/squid/pull/752",
  },
  {
    answer: "HTTP/1.1 007 Bond\r\nContent-Length: 0\r\n\r\n",
    right: notFinal(7),
    source: "RFC 9110 §15; https://github.com/squid-cache/squid/pull/752 (0xx)",
  },
  {
    answer: "HTTP/1.1 0 Unknown\r\nConnection: close\r\n\r\n",
    right: notHttp,
    source: "RFC 9112 §4; https://github.com/projectdiscovery/nuclei/issues/2626",
  },
  {
    answer: "HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n",
    right: notHttp,
    source: "RFC 9112 §4: three digits",
  },
  {
    answer: "HTTP/1.1 600 Odd\r\nContent-Length: 2\r\n\r\nok",
    right: 600,
    source: "RFC 9110 §15: as if it were 5xx; https://github.com/curl/curl/issues/17446",
  },
  {
    answer: "HTTP/1.1 999 Request denied\r\nContent-Length: 2\r\n\r\nok",
    right: 999,
    source: "https://github.com/gjtorikian/html-proofer/issues/215",
  },
  {
    answer: `HTTP/1.1 100 Continue\r\n\r\n${final}`,
    right: 200,
    source: "RFC 9110 §15.2: a client may ignore unexpected 1xx",
  },
  {
    answer: `HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n${final}`,
    right: 200,
    source: "RFC 2518 §10.1; https://github.com/jetty/jetty.project/pull/8058",
  },
  {
    answer: `HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </b>\r\n\r\n${final}`,
    right: 200,
    source: "RFC 8297; https://github.com/nginx/nginx/pull/1241 (two in a row)",
  },
  {
    answer: `HTTP/1.1 199 Whatever\r\n\r\n${final}`,
    right: 200,
    source: "RFC 9110 §15: an unknown one is as the first of its class",
  },
  {
    answer: `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n`,
    right: switched,
    source: "RFC 9110 §15.2.2",
  },
]

describe("by HTTP/1.1", () => {
  it.effect.each(rows)(
    "$answer -> $right ($source)",
    Effect.fnUntraced(function* ({ answer, right }) {
      const { customer, client } = yield* makeWorld(raw({ text: answer }))
      const outcome = yield* client.send(request)
      if (typeof right === "number")
        assert.deepInclude(outcome, { _tag: "Answered", status: right, body: "ok" })
      else {
        assert.deepInclude(outcome, { _tag: "Unreachable", kind: "protocol", message: right })
        yield* customer.until(() => customer.connections().open === 0)
      }
    }),
  )

  it.effect("an informational answer and then none is a reset", () =>
    Effect.gen(function* () {
      const { client } = yield* makeWorld({
        answer: (response) => void response.socket?.end("HTTP/1.1 102 Processing\r\n\r\n"),
      })
      assert.deepInclude(yield* client.send(request), { _tag: "Unreachable", kind: "reset" })
    }),
  )
})

/** `:status` as a literal without indexing (RFC 7541, section 6.2.2). */
const status = (text: string) => [0x08, text.length, ...Buffer.from(text)]

describe("by HTTP/2", () => {
  it.effect.each<[string, string]>([
    ["101", "RFC 9113 §8.6: there is no 101"],
    ["099", "RFC 9110 §15"],
    ["000", "https://github.com/dotnet/corefx/pull/37069"],
    ["007", "RFC 9110 §15"],
  ])(
    "%s is no answer (%s)",
    Effect.fnUntraced(function* ([text]) {
      const customer = yield* makeRawHttp2Customer({
        answer: (socket, stream) => {
          socket.write(frames.headers(stream, status(text)))
          socket.write(frames.data(stream, "ok", 1))
        },
      })
      const client = yield* makeClient({ url: customer.url })
      assert.deepInclude(yield* client.send(request), { _tag: "Unreachable", kind: "protocol" })
    }),
  )

  it.effect.each(["100", "102", "103", "199"])(
    "%s precedes the answer (RFC 9113 §8.1)",
    Effect.fnUntraced(function* (text) {
      const customer = yield* makeRawHttp2Customer({
        answer: (socket, stream) => {
          socket.write(frames.headers(stream, status(text)))
          socket.write(frames.ok(stream))
          socket.write(frames.data(stream, "ok", 1))
        },
      })
      const client = yield* makeClient({ url: customer.url })
      assert.deepInclude(yield* client.send(request), { _tag: "Answered", status: 200, body: "ok" })
    }),
  )
})
