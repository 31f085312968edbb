import { testNodeFileFlips } from './test-node-file-flips.ts'

await testNodeFileFlips(100, 600_000)
