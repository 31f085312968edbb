import { testKills } from './test-kills.ts'

await testKills(100, 900_000)
