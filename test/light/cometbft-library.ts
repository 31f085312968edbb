/** Asks CometBFT's own Go library: the program in `test/conformance/cometbft-light`, built into the checkout's cache. */
import { goProgram } from '../conformance/go-program.ts'

export type { Question } from '../conformance/go-program.ts'

export const { build: buildCometbftLibrary, ask: askCometbft } = goProgram('cometbft-light')
