import { testKills } from './kills-test.ts'

await testKills(25, 180_000)
