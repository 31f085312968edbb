/** One flipped bit, found by trying all where it is known what the whole must give. */
import { largestSearched } from './limits.ts'

/** The bytes with one bit turned, of which `fits` holds; undefined when there is no such bit, or they are too many. */
export function unflip(damaged: Uint8Array, fits: (trial: Uint8Array) => boolean): Uint8Array | undefined {
  if (damaged.length > largestSearched) return undefined
  const trial = damaged.slice()
  for (let index = 0; index < trial.length; index++) {
    const byte = trial[index]!
    for (let bit = 0; bit < 8; bit++) {
      trial[index] = byte ^ (1 << bit)
      if (fits(trial)) return trial.slice()
    }
    trial[index] = byte
  }
  return undefined
}
