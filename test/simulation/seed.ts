/** Where a simulation's choices come from. */
import type { SeededRandom } from '../faults/seeded-random.ts'

/** Names the seed of a run; without it every run has a new one, which it prints. */
export const seedVariable = 'COMMONROOT_SIMULATION_SEED'

/** Seeds under which something was wrong once; each is run for ever. */
export const seedsOfOldDefects: readonly number[] = []

/** The seed that the environment names, or undefined. */
export function givenSeed(): number | undefined {
  const given = process.env[seedVariable]
  if (given === undefined || given === '') return undefined
  const seed = Number(given)
  if (!Number.isInteger(seed) || seed < 0) throw new TypeError(`${seedVariable} is a whole number`)
  return seed
}

export function newSeed(): number {
  return Math.floor(Math.random() * 1_000_000)
}

export function bytesFrom(random: SeededRandom, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => random.whole(256))
}

/** One of the names, each as often as its weight says. */
export function pickWeighted<Name extends string>(random: SeededRandom, weights: Readonly<Record<Name, number>>): Name {
  let all = 0
  for (const name in weights) all += weights[name]
  let left = (random.whole(1_000_000) / 1_000_000) * all
  for (const name in weights) {
    left -= weights[name]
    if (left < 0) return name
  }
  throw new TypeError('there is nothing to choose from')
}

/** One of a list that may be empty. */
export function pickFrom<Item>(random: SeededRandom, items: readonly Item[]): Item | undefined {
  return items[random.whole(items.length)]
}

/** Some of a list, in a random order. */
export function shuffled<Item>(random: SeededRandom, items: readonly Item[]): readonly Item[] {
  const mixed = [...items]
  for (let index = mixed.length - 1; index > 0; index--) {
    const other = random.whole(index + 1)
    const [a, b] = [mixed[index]!, mixed[other]!]
    mixed[index] = b
    mixed[other] = a
  }
  return mixed
}
