/** A list's first page as a promise, and all its pages, one after the other, for `for await`. */
export interface Pages<Page> extends Promise<Page>, AsyncIterable<Page> {}

interface AnyPage {
  readonly next_cursor: string | null
}

/** Asks for the first page at once, and for each further one when it is wanted. */
export const pagesOf = <Page extends AnyPage>(ask: (cursor?: string) => Promise<Page>): Pages<Page> => {
  const first = ask()
  return Object.assign(first, {
    async *[Symbol.asyncIterator]() {
      let page = await first
      yield page
      while (page.next_cursor !== null) {
        page = await ask(page.next_cursor)
        yield page
      }
    },
  })
}
