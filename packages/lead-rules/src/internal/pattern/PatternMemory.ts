/** The most bytes of tables, and the most bytes of RE2 programs with their caches, of all patterns of a rule set. */
const maxBytes = 2 ** 25

/** Something that can be dropped and made again. */
export interface Droppable {
  readonly drop: () => void
}

/**
 * The memory that the patterns of one rule set share: 32 MiB for tables, which stay, and 32 MiB for RE2 programs and
 * their caches, which are dropped and made again. So no text makes a rule set grow without limit, however many
 * patterns it has. What it counts are estimates, and no memory is reserved.
 */
export class PatternMemory {
  #tables = 0
  #cached = 0
  /** From the least recently grown to the most recently grown. */
  readonly #caches = new Map<Droppable, number>()
  readonly #max: number

  constructor(max = maxBytes) {
    this.#max = max
  }

  /** Whether there is no more memory for tables. Once full, it stays full. */
  get isFull(): boolean {
    return this.#tables > this.#max
  }

  /** Takes memory for a table; `false` where there is none left. */
  take(bytes: number): boolean {
    this.#tables += bytes
    return !this.isFull
  }

  /** Notes the size of a cache. Where all of them are too large together, the others are dropped, oldest first. */
  hold(cache: Droppable, bytes: number): void {
    const before = this.#caches.get(cache)
    if (before === bytes) return
    this.#caches.delete(cache)
    this.#caches.set(cache, bytes)
    this.#cached += bytes - (before ?? 0)
    for (const [other, size] of this.#caches) {
      if (this.#cached <= this.#max || other === cache) return
      other.drop()
      this.#caches.delete(other)
      this.#cached -= size
    }
  }
}
