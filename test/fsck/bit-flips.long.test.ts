import { testBitFlips } from './test-bit-flips.ts'

await testBitFlips(200, 300_000)
