/** Lists in pages: `{ "data": [..], "next_cursor": "…" | null }`, with `limit` and `cursor` in the query. */
import { Effect, Schema, SchemaTransformation } from "effect"
import { numberParameter } from "./WireValue.ts"

/** How many items a page has at most: 1 to 200, 50 unless set. */
export const limitParameter = numberParameter(
  Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 200 })),
  "a whole number from 1 to 200",
).pipe(Schema.withDecodingDefaultKey(Effect.succeed("50")))

/**
 * Where the next page starts, as an opaque text: `key` as JSON in base64url.
 *
 * `key` is what the list is ordered by, of the last item of the page: an id, or a struct of a time and an id. A text that
 * no page has had is rejected by the schema; the answer is 400 `cursor must be the next_cursor of an earlier answer`.
 */
export const cursorOf = <A>(key: Schema.Codec<A, unknown>): Schema.Codec<A, string> => {
  const message = "the next_cursor of an earlier answer"
  const json = Schema.fromJsonString(key)
  const decode = Schema.decodeUnknownOption(json)
  return Schema.String.annotate({ message })
    .check(
      Schema.makeFilter((text) => isBase64Url(text) && decode(textOf(text))._tag === "Some", { message }),
    )
    .pipe(
      Schema.decodeTo(
        Schema.toType(key),
        SchemaTransformation.transform({
          decode: (text: string) => Schema.decodeSync(json)(textOf(text)),
          encode: (value: A) => Buffer.from(Schema.encodeSync(json)(value)).toString("base64url"),
        }),
      ),
    )
}

const isBase64Url = (text: string): boolean =>
  text.length <= maxCursorLength && Buffer.from(text, "base64url").toString("base64url") === text

const textOf = (text: string): string => Buffer.from(text, "base64url").toString("utf8")

/** Cursors of ours are far shorter. */
const maxCursorLength = 512

/** The query of a list whose cursor is made of `key`: to be spread into the endpoint's `query`. */
export const pageQuery = <A>(key: Schema.Codec<A, unknown>) => ({
  limit: limitParameter,
  cursor: Schema.optionalKey(cursorOf(key)),
})

/** What {@link pageOf} needs: the schemas of an item and of the cursor's key, and how documents show the page. */
export interface PageOptions<Item extends Schema.Top, Key> {
  readonly item: Item
  readonly key: Schema.Codec<Key, unknown>
  /** The name of the page in the OpenAPI document. */
  readonly identifier: string
  /** Pages as on the wire. */
  readonly examples: readonly [
    { readonly data: ReadonlyArray<Item["Encoded"]>; readonly next_cursor: string | null },
  ]
}

/**
 * A page: `{ data, nextCursor }`, on the wire `{ "data", "next_cursor" }`. `nextCursor` is the key of the last item, and
 * null on the last page.
 */
export const pageOf = <Item extends Schema.Top, Key>({
  examples,
  identifier,
  item,
  key,
}: PageOptions<Item, Key>) =>
  Schema.Struct({
    data: Schema.Array(item),
    nextCursor: Schema.NullOr(cursorOf(key)),
  }).pipe(Schema.encodeKeys({ nextCursor: "next_cursor" }), Schema.annotateEncoded({ identifier, examples }))
