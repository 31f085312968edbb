import { testSimulations } from './test-simulations.ts'

await testSimulations({ seeds: 2, blocks: 60, verdicts: 20, databaseBlocks: 20, timeout: 60_000 })
