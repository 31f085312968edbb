/** Chance from a seed, so that a run can be repeated: the same seed gives the same choices. */

/** Names the seed of a run; without it every run has a new one, which it prints. */
export const seedVariable = 'COMMONROOT_FAULT_SEED'

export class SeededRandom {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** A whole number from 0 to `below` - 1. */
  whole(below: number): number {
    return Math.floor(this.#next() * below)
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.#next() < probability
  }

  pick<Item>(items: readonly [Item, ...Item[]]): Item {
    return items[this.whole(items.length)] ?? items[0]
  }

  /** A generator of its own, so that what one part of a test does leaves the choices of the others alone. */
  fork(): SeededRandom {
    return new SeededRandom(this.whole(0x1_0000_0000))
  }

  /** The generator mulberry32. */
  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = this.#state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000
  }
}

/** The seed that the environment names, or a new one. */
export function chooseSeed(): number {
  const given = process.env[seedVariable]
  if (given === undefined || given === '') return Math.floor(Math.random() * 1_000_000)
  const seed = Number(given)
  if (!Number.isInteger(seed) || seed < 0) throw new TypeError(`${seedVariable} is a whole number`)
  return seed
}
