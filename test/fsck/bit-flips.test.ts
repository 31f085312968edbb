import { testBitFlips } from './test-bit-flips.ts'

await testBitFlips(40, 60_000)
