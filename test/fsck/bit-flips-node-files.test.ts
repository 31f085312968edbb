import { testNodeFileFlips } from './test-node-file-flips.ts'

await testNodeFileFlips(12, 60_000)
