/** Whatever JavaScript holds, for functions that take all of it: `[name, value]`. */
export const anything: ReadonlyArray<readonly [name: string, value: unknown]> = [
  ["undefined", undefined],
  ["null", null],
  ["true", true],
  ["NaN", Number.NaN],
  ["-0", -0],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["a bigint", 10n],
  ["a symbol", Symbol("s")],
  ["an empty text", ""],
  ["a text", "30s"],
  ["a lone surrogate", "\ud83d"],
  ["a function", () => 1],
  ["a class", Date],
  [
    "an instance",
    new (class Lead {
      readonly phone = "1"
    })(),
  ],
  ["a date", new Date(0)],
  ["an invalid date", new Date(Number.NaN)],
  ["a map", new Map([["a", 1]])],
  ["a set", new Set([1])],
  ["a regular expression", /a/],
  ["an error", new Error("e")],
  ["bytes", Buffer.from("a")],
  ["a promise", Promise.resolve(1)],
  ["a list", [1, "a"]],
  ["a sparse list", [1, , 2]], // oxlint-disable-line no-sparse-arrays
  ["an object", { a: 1 }],
  ["an object without prototype", Object.create(null)],
  ["a frozen object", Object.freeze({ a: 1 })],
  ["a cyclic object", cyclic()],
  ["a cyclic list", cyclicList()],
  ["what throws when it is read", throwing()],
  [
    "what throws when it becomes a text",
    { toString: fail, valueOf: fail, toJSON: fail, [Symbol.toPrimitive]: fail },
  ],
  ["a proxy that throws", new Proxy({}, { get: fail, has: fail, ownKeys: fail, getPrototypeOf: fail })],
  ["a revoked proxy", revoked()],
]

function fail(): never {
  throw new Error("read")
}

function cyclic(): unknown {
  const value: Record<string, unknown> = {}
  value["self"] = value
  return value
}

function cyclicList(): unknown {
  const value: Array<unknown> = []
  value.push(value)
  return value
}

function throwing(): unknown {
  return Object.defineProperties(
    {},
    {
      body: { get: fail, enumerable: true },
      url: { get: fail, enumerable: true },
      _tag: { get: fail, enumerable: true },
      length: { get: fail, enumerable: true },
    },
  )
}

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}
