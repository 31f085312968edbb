/**
 * The solo engine: one validator in this process, for development, tests and a pilot of one operator. Its headers and
 * votes have CometBFT's form.
 *
 * May import: `src/errors`, `src/durable`, `src/codec`, `src/crypto`, `src/light`, the files beside this folder, and
 * node. Start reading at `solo-engine.ts`, then `voter.ts` (what is signed when) and `resume.ts` (what a start finds).
 */
export { type Clock, systemClock } from './clock.ts'
export type { MempoolLimits } from './mempool.ts'
export type { Adoption, HeaderStore } from './opening.ts'
export { SoloEngine, type SoloOptions } from './solo-engine.ts'
export type { SoloKey } from './voter.ts'
