import { testKills } from './kills-test.ts'

await testKills(100, 900_000)
