/** How much each mode does. */

export type Mode = 'quick' | 'default' | 'million'

export type Plan = {
  readonly mode: Mode
  /** Certificates that are published in all. */
  readonly certificates: number
  /** Certificates published between two measurements of the machine's limit. */
  readonly segment: number
  /** Whether peers are built from source that no run has built yet: that takes minutes. */
  readonly buildsPeers: boolean
  /** Certificates that are submitted one by one in each round. */
  readonly single: number
  /** Repetitions of what is quick to repeat. */
  readonly repetitions: number
}

/** Certificates in a batch of the line. */
export const batchSize = 1_000

export const million = 1_000_000

export const plans: Readonly<Record<Mode, Plan>> = {
  quick: { mode: 'quick', certificates: 20_000, segment: 5_000, buildsPeers: false, single: 500, repetitions: 3 },
  default: {
    mode: 'default',
    certificates: 150_000,
    segment: 50_000,
    buildsPeers: true,
    single: 1_500,
    repetitions: 5,
  },
  million: {
    mode: 'million',
    certificates: million,
    segment: 25_000,
    buildsPeers: true,
    single: 1_500,
    repetitions: 5,
  },
}
