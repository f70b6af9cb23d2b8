/** An event of a stream, before it is understood. */
interface SentEvent {
  readonly event: string
  readonly data: string
  readonly id: string | undefined
  /** Milliseconds to wait before a reconnection. */
  readonly retry: number | undefined
}

/**
 * Reads server-sent events (WHATWG HTML, 9.2.6), those without data too, for their `retry`. `onBytes` is called for whatever
 * comes, comments as well.
 */
export async function* readEvents(
  response: Response,
  onBytes: () => void,
): AsyncGenerator<SentEvent, void, void> {
  // The types of Node and of browsers differ; bytes are what comes.
  const reader = response.body?.getReader() as ReadableStreamDefaultReader<Uint8Array> | undefined
  if (reader === undefined) return
  const decoder = new TextDecoder()
  let text = ""
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      onBytes()
      // A line may end with CR LF, of which the second half has not come yet.
      text = (text + decoder.decode(value, { stream: true }))
        .replaceAll("\r\n", "\n")
        .replaceAll(/\r(?!$)/g, "\n")
      for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
        yield eventOf(text.slice(0, end))
        text = text.slice(end + 2)
      }
    }
  } finally {
    // Also when the reader of the events goes: nobody reads the rest.
    await reader.cancel().catch(() => {})
  }
}

const eventOf = (block: string): SentEvent => {
  const fields = new Map<string, string>()
  for (const line of block.split("\n")) {
    const [, name = "", value = ""] = /^([^:]*):? ?([^]*)$/.exec(line) ?? []
    fields.set(name, name === "data" && fields.has(name) ? `${fields.get(name)}\n${value}` : value)
  }
  const retry = fields.get("retry")
  return {
    event: fields.get("event") ?? "message",
    data: fields.get("data") ?? "",
    id: fields.get("id"),
    retry: retry !== undefined && /^\d+$/.test(retry) ? Number(retry) : undefined,
  }
}
