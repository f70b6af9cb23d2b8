/**
 * Values that JavaScript holds and JSON does not, for tests that a function is total.
 *
 * Used by tests of the pure packages, beside `any-json`, which generates what parsers make.
 */

/** An object whose property `a` throws when it is read. */
export const getter: object = Object.defineProperty({}, "a", {
  enumerable: true,
  get: () => {
    throw new Error("no value here")
  },
})

/** A proxy that throws at everything. */
const hostile: object = new Proxy(
  {},
  Object.fromEntries(
    ["get", "has", "ownKeys", "getOwnPropertyDescriptor", "getPrototypeOf"].map((trap) => [
      trap,
      () => {
        throw new Error(trap)
      },
    ]),
  ),
)

const revoked = (): object => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

const cyclic: Record<string, unknown> = { a: 1 }
cyclic["self"] = cyclic

class Lead {
  readonly #secret = 1
  readonly a = 1
  get b(): number {
    return this.#secret
  }
}

const sparse: Array<unknown> = ["a"]
sparse[3] = "b"

/** Each with its name, for `it.each`. None is a text, a boolean or null. */
export const notJson: ReadonlyArray<readonly [name: string, value: unknown]> = [
  ["undefined", undefined],
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["a bigint", 12_345_678_901_234_567_890n],
  ["a symbol", Symbol("s")],
  ["a function", () => 1],
  ["a class", Lead],
  ["an instance of a class", new Lead()],
  ["a date", new Date(0)],
  ["an invalid date", new Date(Number.NaN)],
  ["a map", new Map([["a", 1]])],
  ["a set", new Set([1])],
  ["a sparse list", sparse],
  ["bytes", new Uint8Array(3)],
  ["an error", new Error("e")],
  ["a pattern", /a/u],
  ["a boxed text", Object("text")],
  ["an object without a prototype", Object.create(null)],
  ["an object with an inherited property", Object.create({ a: 1 })],
  ["a cyclic object", cyclic],
  ["a getter that throws", getter],
  ["a proxy that throws", hostile],
  ["a revoked proxy", revoked()],
  ["raw JSON that is no number", JSON.rawJSON("true")],
]
