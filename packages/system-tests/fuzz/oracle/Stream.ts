/** What a connection sends, as the oracle has read it. */
import type { Doubt } from "./doubts.ts"

/** A request that has one reading. */
export interface ReadRequest {
  readonly method: string
  readonly target: string
  readonly version: "1.0" | "1.1"
  /** Names in lower case, in order, with repetitions. */
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>
  readonly body: Buffer
  readonly chunks: number
  /** Whether the sender wants no further request on the connection. */
  readonly closes: boolean
  /** What a careful server may refuse. */
  readonly doubts: ReadonlySet<Doubt>
}

/** The end of what was sent: after a whole request, in the middle of one, or at something that is no request. */
export type Tail =
  | { readonly kind: "clean" | "after-close" }
  | { readonly kind: "incomplete"; readonly method: string; readonly head: ReadRequest | undefined }
  | {
      readonly kind: "malformed"
      readonly why: string
      /** What stands where the method does, be the rest as it may: HEAD is answered without a body. */
      readonly method: string
      readonly head: ReadRequest | undefined
    }

/** What a connection sends. */
export interface Stream {
  readonly requests: ReadonlyArray<ReadRequest>
  readonly tail: Tail
}

/** The methods of what is sent, in order: by them answers without a body are read. */
export const methodsOf = ({ requests, tail }: Stream): ReadonlyArray<string> => [
  ...requests.map(({ method }) => method),
  "method" in tail ? tail.method : "",
]

/** All values of a header. */
export const valuesOf = (headers: ReadRequest["headers"], name: string): ReadonlyArray<string> =>
  headers.flatMap(([other, value]) => (other === name ? [value] : []))
