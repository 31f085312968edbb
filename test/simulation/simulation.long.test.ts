import { testSimulations } from './test-simulations.ts'

await testSimulations({ seeds: 8, blocks: 400, verdicts: 45, databaseBlocks: 150, timeout: 600_000 })
