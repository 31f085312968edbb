import { testBitFlips } from './test-bit-flips.ts'

await testBitFlips(60, 60_000)
